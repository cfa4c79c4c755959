import { createHash } from 'node:crypto';
import { tanh } from '../../lib/layers/activation-functions';
import { batchNorm } from '../../lib/layers/batch-norm';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { add, concat, multiply } from '../../lib/layers/join';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { crossEntropy } from '../../lib/losses/loss';
import { chain, connect, type Graph } from '../../lib/model/graph';
import { networkModel } from '../../lib/networks/networks';
import { resnet } from '../../lib/networks/resnet';
import { vggLayers } from '../../lib/networks/vgg-small';
import { adamw } from '../../lib/optimizers/adam';
import type { Optimizer } from '../../lib/optimizers/contract';
import { sgd } from '../../lib/optimizers/optimizer';
import { sizeOf } from '../../lib/tensor/shape';
import type { FloatArray } from '../../lib/tensor/storage';
import { instructionSets, nativeTarget, type TestTarget } from '../support/backends';
import { normals, randomLabels } from '../support/random';
import { makeRequest } from '../support/request';
import { residualNetwork } from '../support/residual';
import { compilePlain, placeParameters } from '../support/single-op';

/** Kernels, poolings and layers of sizes that no vector width divides. */
const uneven = (): Graph =>
  chain(
    [3, 12, 11],
    [
      conv2d({ filters: 6, kernelSize: 3, activation: 'tanh' }),
      maxPool2d(),
      conv2d({ filters: 17, kernelSize: 3, padding: 1, activation: 'relu' }),
      flatten(),
      dense({ units: 33, activation: 'sigmoid' }),
      dense({ units: 10, activation: 'softmax' }),
    ],
  );

/** Convolutions with ways around them, and a dense layer that is used twice. */
function residual(): Graph {
  const { inputs, outputs } = residualNetwork([3, 13, 12], 10);
  return connect([inputs], [outputs]);
}

/** Sums, products and rows of channels, large enough that several threads do each together where a step has few samples. */
function joined(): Graph {
  const x = input([8, 33, 31]);
  const wide = x.pipe(conv2d({ filters: 8, kernelSize: 1 }));
  const product = multiply([wide, wide.pipe(tanh())]);
  const rows = concat([add([wide, product]), product]).pipe(maxPool2d({ poolSize: 8 }), flatten());
  return connect([x], [rows.pipe(dense({ units: 10, activation: 'softmax' }))]);
}

/** A residual block whose convolutions are normalized: each step meets in its middle, forward and backward. */
function normalized(): Graph {
  const x = input([3, 12, 11]);
  const stem = x.pipe(conv2d({ filters: 6, kernelSize: 3, padding: 1, useBias: false }), batchNorm());
  const inner = stem.pipe(tanh(), conv2d({ filters: 6, kernelSize: 3, padding: 1, useBias: false }), batchNorm());
  const sum = add([stem, inner]).pipe(maxPool2d(), flatten());
  return connect([x], [sum.pipe(dense({ units: 10, activation: 'softmax' }))]);
}

/** Layers of so many weights that several slices read them together, forward and backward. */
const wide = (): Graph =>
  chain(
    [300],
    [
      dense({ units: 520, activation: 'tanh' }),
      dense({ units: 530, activation: 'relu' }),
      dense({ units: 10, activation: 'softmax' }),
    ],
  );

/** ResNet-20 with a block a stage and few filters. */
function smallResnet(): Graph {
  const x = input([3, 16, 14]);
  return connect([x], [resnet(x, [4, 6, 9], 1)]);
}

/** Convolutions of enough channels for Winograd's algorithm, on images that are no whole tiles, with and without pooling. */
const manyChannels = (): Graph =>
  chain(
    [3, 12, 10],
    [
      conv2d({ filters: 18, kernelSize: 3, padding: 1, activation: 'relu' }),
      conv2d({ filters: 33, kernelSize: 3, padding: 1, activation: 'relu' }),
      maxPool2d(),
      conv2d({ filters: 17, kernelSize: 3, padding: [2, 1, 1, 2], activation: 'tanh' }),
      flatten(),
      dense({ units: 10, activation: 'softmax' }),
    ],
  );

/** What is trained, on how many samples an epoch; by plain gradient descent where nothing else is said. */
interface Network {
  readonly name: string;
  readonly graph: Graph;
  readonly count: number;
  readonly epochs: number;
  readonly optimizer?: Optimizer;
}

const NETWORKS: readonly Network[] = [
  { name: 'an uneven network', graph: uneven(), count: 150, epochs: 3 },
  { name: 'LeNet-5', graph: networkModel('lenet5').graph, count: 150, epochs: 1 },
  { name: 'a network in the manner of VGG', graph: chain([3, 32, 32], vggLayers([4, 6, 8])), count: 150, epochs: 1 },
  { name: 'a network of many channels', graph: manyChannels(), count: 150, epochs: 2 },
  { name: 'a network of large joints', graph: joined(), count: 40, epochs: 1 },
  { name: 'a residual network', graph: residual(), count: 150, epochs: 3 },
  { name: 'a residual network with batch normalization', graph: normalized(), count: 150, epochs: 3 },
  { name: 'a network of wide layers', graph: wide(), count: 150, epochs: 2 },
  { name: 'a small ResNet', graph: smallResnet(), count: 150, epochs: 1 },
  { name: 'an uneven network, by Adam', graph: uneven(), count: 150, epochs: 3, optimizer: adamw() },
];

/** Trains for some epochs in steps whose last one is short; the SHA-256 of every bit that training leaves behind. */
function train({ backend, precision, threads }: TestTarget, network: Network, batchSize: number): string {
  const { graph, count, epochs, optimizer = sgd() } = network;
  const program = compilePlain(graph, {
    purpose: 'train',
    batchSize,
    targets: 'classes',
    loss: crossEntropy(),
    optimizer,
  });
  const parameters: FloatArray = placeParameters(graph, precision, (_, index) => {
    const { size = 0, spec } = graph.parameters[index] ?? {};
    return normals(size, index).map((value) => value / Math.sqrt(spec?.fanIn ?? 1));
  });
  const request = makeRequest(program, precision, {
    samples: normals(count * sizeOf(graph.inputShape), 7),
    targets: randomLabels(count, 10, 8),
    order: Array.from({ length: epochs * count }, (_, entry) => (entry * 7) % count),
    parameters,
    optimizer,
    learningRate: network.optimizer ? 0.001 : 0.05,
  });
  const plan = backend.plan(program, { precision, threads });
  const outcome = plan.runSync(request);
  plan.dispose();
  expect(outcome.status).toBe('done');
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of [
    parameters,
    request.gradients,
    request.losses,
    request.correct,
    request.state,
  ] as FloatArray[]) {
    hash.update(Buffer.from(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

describe.each(NETWORKS)('$name', (network) => {
  it.each([1, 5, 16, 64, 100])(
    'has the same SHA-256 after training on 1, 2, 3, 4 and 8 threads and with AVX2 and AVX-512, in steps of %i',
    (batchSize) => {
      const fused = new Set<string>();
      for (const set of instructionSets) {
        const hashes = [1, 2, 3, 4, 8].map((threads) => train(nativeTarget(set, threads), network, batchSize));
        expect(hashes).toEqual(hashes.map(() => hashes[0]));
        if (set !== 'sse2') fused.add(hashes[0] as string);
      }
      expect(fused.size).toBeLessThanOrEqual(1);
    },
    120_000,
  );
});
