// LeNet-5 built by hand: convolutions see neighbouring pixels, pooling keeps the strongest answer of each window.
//
//     node -r ./scripts/register-typescript.cjs examples/02-convolution.ts
import {
  checkGradients,
  conv2d,
  dense,
  flatten,
  input,
  maxPool2d,
  readDigits,
  sequential,
  sgd,
  softmax,
} from 'laminet';

async function main(): Promise<void> {
  const { train, test } = await readDigits();
  const model = sequential(
    [
      input([1, 32, 32]),
      conv2d({ filters: 6, kernelSize: 5, activation: 'tanh' }), // 6x28x28
      maxPool2d({ poolSize: 2 }), // 6x14x14
      conv2d({ filters: 16, kernelSize: 5, activation: 'tanh' }), // 16x10x10
      maxPool2d({ poolSize: 2 }), // 16x5x5
      conv2d({ filters: 120, kernelSize: 5, activation: 'tanh' }), // 120x1x1
      flatten(),
      dense({ units: 10, activation: 'tanh' }),
      softmax(),
    ],
    { name: 'lenet5', seed: 1 },
  );
  console.log(model.summary());

  // Are the gradients right? Each layer's are compared with what the outputs do when a number is moved a little.
  const { ok, layers } = await checkGradients(model.graph, { elements: 4 });
  console.log(`gradients of ${layers.length} layers are ${ok ? 'right' : 'wrong'}`);

  model.compile({ optimizer: sgd({ learningRate: 0.2 }), loss: 'crossEntropy' });
  const history = await model.fit(train, { epochs: 2, batchSize: 16, validationData: test });
  for (const { epoch, loss, validation } of history.epochs) {
    const accuracy = (100 * (validation?.accuracy ?? 0)).toFixed(1);
    console.log(`epoch ${epoch}: loss ${loss.toFixed(3)}, accuracy on the test set ${accuracy} %`);
  }
  model.dispose();
}

void main();
