// A first network: two fully connected layers learn to read handwritten digits.
//
//     node -r ./scripts/register-typescript.cjs examples/01-first-network.ts
import { dense, flatten, input, readDigits, sequential, sgd } from 'laminet';

async function main(): Promise<void> {
  // 10,000 digits of MNIST's training set, 8,000 to train with and 2,000 that training never sees: 28x28 bytes each, with 2
  // zeros on every side.
  const { train, test } = await readDigits();

  // A network is a list of layers. The first entry says what one sample looks like; every other shape follows from it.
  const model = sequential(
    [
      input([1, 32, 32]),
      flatten(),
      dense({ units: 100, activation: 'sigmoid' }),
      dense({ units: 10, activation: 'softmax' }),
    ],
    { name: 'first', seed: 1 },
  );
  console.log(model.summary());

  // How to train it: plain gradient descent on the cross-entropy between the ten outputs and the right digit.
  model.compile({ optimizer: sgd({ learningRate: 0.2 }), loss: 'crossEntropy' });
  await model.fit(train, {
    epochs: 3,
    batchSize: 16,
    onEvent(event) {
      if (event.type === 'epoch') console.log(`epoch ${event.epoch}: loss ${event.loss.toFixed(3)}`);
    },
  });

  const { accuracy, count } = await model.evaluate(test);
  console.log(`${(100 * accuracy).toFixed(1)} % of ${count} digits are right`);
  model.dispose();
}

void main();
