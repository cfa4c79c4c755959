// Four ways to train one network, with the same first weights and the same number of epochs: an optimizer, a schedule of its
// rate, and what keeps the weights in bounds.
//
//     node -r ./scripts/register-typescript.cjs examples/09-optimizers.ts
import * as laminet from 'laminet';

const { adamw, cosineDecay, l2, linearWarmup, oneCycle, sgd } = laminet;
const { conv2d, dense, dropout, flatten, input, maxPool2d, sequential } = laminet;

const EPOCHS = 4;
const loss = 'crossEntropy';
// Up and down once; and up for half an epoch, then down along a cosine.
const cycle = oneCycle({ learningRate: 0.1, duration: EPOCHS });
const cosine = linearWarmup({
  duration: 0.5,
  learningRate: cosineDecay({ learningRate: 0.004, duration: EPOCHS - 0.5 }),
});

/** What `compile` takes, by what to call it. */
const ways: Readonly<Record<string, laminet.ModelOptions>> = {
  'plain descent': { loss, optimizer: sgd({ learningRate: 0.05 }) },
  'momentum, one cycle': {
    loss,
    optimizer: sgd({ learningRate: cycle, momentum: 0.9, nesterov: true }),
    regularizer: l2(1e-4),
  },
  'adam, bounded': { loss, optimizer: 'adam', clipping: { globalNorm: 1 } },
  'adamw, warmup, cosine': { loss, optimizer: adamw({ learningRate: cosine, weightDecay: 0.05 }) },
};

/** The network: the same weights each time, and a fifth of the values before the last layer is set to 0 while it trains. */
const newModel = (): laminet.Model =>
  sequential(
    [
      input([1, 32, 32]),
      conv2d({ filters: 8, kernelSize: 5, activation: 'relu' }),
      maxPool2d(),
      flatten(),
      dropout({ rate: 0.2 }),
      dense({ units: 10, activation: 'softmax' }),
    ],
    { seed: 1 },
  );

async function main(): Promise<void> {
  const { train, test } = await laminet.readDigits();
  for (const [name, options] of Object.entries(ways)) {
    const model = newModel().compile(options);
    const { epochs } = await model.fit(train, { epochs: EPOCHS, batchSize: 32 });
    const { accuracy } = await model.evaluate(test);
    const rate = epochs.at(-1)?.learningRate.toFixed(4);
    console.log(`${name.padEnd(21)}  last rate ${rate}  test accuracy ${(100 * accuracy).toFixed(1)} %`);
    model.dispose();
  }
}

void main();
