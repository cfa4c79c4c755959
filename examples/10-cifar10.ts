// CIFAR-10: colour images of ten kinds of things. A first convolution of fixed filters whitens the image, two blocks of
// convolutions follow; images are moved and mirrored at random while it trains. A minute or two on two cores.
//
//     node -r ./scripts/register-typescript.cjs examples/10-cifar10.ts [folder]
//
// The folder has the six files of CIFAR-10's binary version; without one they are downloaded once (170 MB).
import * as laminet from 'laminet';

const { batchNorm, conv2d, crossEntropy, dense, flatten, gelu, input, maxPool2d, normalization } = laminet;

const EPOCHS = 4;

/** Two 3x3 convolutions, the first of which halves the image; both normalized. */
const block = (filters: number) => [
  conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }),
  maxPool2d(),
  batchNorm({ momentum: 0.4 }),
  gelu(),
  conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }),
  batchNorm({ momentum: 0.4 }),
  gelu(),
];

async function main(): Promise<void> {
  const [folder] = process.argv.slice(2);
  const { train, test } = await laminet.loadCifar10(folder ?? {});

  // Of the training images alone: their means and deviations by colour, and the filters that make patches of them white.
  const { mean, std } = train.channelStatistics();
  const { filters, kernelSize, weights } = laminet.whiteningFilters(train, { std });
  const whitening = { filters, kernelSize, kernelInitializer: () => weights, trainable: false };
  const model = laminet.sequential(
    [
      input(train.sampleShape),
      normalization({ mean, std }),
      conv2d({ ...whitening, activation: 'gelu' }), // 24x31x31
      ...block(32), // 32x15x15
      ...block(64), // 64x7x7
      ...block(128), // 128x3x3
      maxPool2d({ poolSize: 3 }), // 128x1x1
      flatten(),
      dense({ units: 10, activation: 'softmax' }),
    ],
    { name: 'cifar10', seed: 1 },
  );
  const learningRate = laminet.oneCycle({ learningRate: 0.5, duration: EPOCHS, startDivisor: 5 });
  const optimizer = laminet.sgd({ learningRate, momentum: 0.85, nesterov: true, weightDecay: 5e-4 });
  model.compile({ optimizer, loss: crossEntropy({ labelSmoothing: 0.1 }) });

  const augment = { crop: { padding: 2, mode: 'reflect' }, flip: 'alternating' } as const;
  for await (const event of model.train(train, { epochs: EPOCHS, batchSize: 128, augment, seed: 1 })) {
    if (event.type !== 'epoch') continue;
    console.log(`epoch ${event.epoch}: loss ${event.loss.toFixed(3)}, ${Math.round(event.samplesPerSecond)} images/s`);
  }
  const { accuracy, count } = await model.evaluate(test);
  console.log(`${(100 * accuracy).toFixed(1)} % of ${count} test images are right`);
  model.dispose();
}

void main();
