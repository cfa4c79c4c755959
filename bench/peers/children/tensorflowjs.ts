import type { Command } from '../protocol';
import { peerVersion, requirePeer, serve, timed } from '../serve';

/** What is used of TensorFlow.js: its types come with packages that the library does not depend on. */
interface Tensor {
  readonly shape: readonly number[];
  dataSync(): Float32Array;
  dispose(): void;
}
interface Core {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  randomUniform(shape: readonly number[]): Tensor;
  oneHot(indices: Tensor, depth: number): Tensor;
  slice(tensor: Tensor, begin: readonly number[], size: readonly number[]): Tensor;
  tensor1d(values: Int32Array, type: 'int32'): Tensor;
  tidy<T>(action: () => T): T;
  train: { sgd(learningRate: number): unknown };
}
interface Model {
  add(layer: unknown): void;
  compile(options: Record<string, unknown>): void;
  trainOnBatch(inputs: Tensor, targets: Tensor): Promise<unknown>;
  predictOnBatch(inputs: Tensor): Tensor;
}
interface Layers {
  sequential(): Model;
  layers: Record<'conv2d' | 'maxPooling2d' | 'flatten' | 'dense' | 'softmax', (options?: object) => unknown>;
}

const IMAGES = 512;

const core = requirePeer('@tensorflow/tfjs-core') as Core;
requirePeer('@tensorflow/tfjs-backend-cpu');
const { sequential, layers } = requirePeer('@tensorflow/tfjs-layers') as Layers;

function buildLenet5(): Model {
  const model = sequential();
  const conv = (filters: number, extra = {}) =>
    model.add(layers.conv2d({ filters, kernelSize: 5, activation: 'tanh', ...extra }));
  conv(6, { inputShape: [32, 32, 1] });
  model.add(layers.maxPooling2d({ poolSize: 2 }));
  conv(16);
  model.add(layers.maxPooling2d({ poolSize: 2 }));
  conv(120);
  model.add(layers.flatten());
  model.add(layers.dense({ units: 10, activation: 'tanh' }));
  model.add(layers.softmax());
  model.compile({ optimizer: core.train.sgd(1e-6), loss: 'categoricalCrossentropy' });
  return model;
}

async function main(): Promise<void> {
  await core.setBackend('cpu');
  await core.ready();
  const model = buildLenet5();
  const images = core.randomUniform([IMAGES, 32, 32, 1]);
  const classes = Int32Array.from({ length: IMAGES }, () => Math.floor(Math.random() * 10));
  const targets = core.oneHot(core.tensor1d(classes, 'int32'), 10);

  async function train(batch: number, count: number): Promise<void> {
    for (let start = 0; start < count; start += batch) {
      const size = Math.min(batch, count - start);
      const begin = start % (IMAGES - size + 1);
      const inputs = core.slice(images, [begin, 0, 0, 0], [size, 32, 32, 1]);
      const wanted = core.slice(targets, [begin, 0], [size, 10]);
      await model.trainOnBatch(inputs, wanted);
      inputs.dispose();
      wanted.dispose();
    }
  }

  function infer(batch: number, calls: number): void {
    for (let call = 0; call < calls; call++) {
      const begin = (call * batch) % (IMAGES - batch + 1);
      core.tidy(() => model.predictOnBatch(core.slice(images, [begin, 0, 0, 0], [batch, 32, 32, 1])).dataSync());
    }
  }

  await serve(
    `${peerVersion('@tensorflow/tfjs-core')} (cpu backend, Node ${process.version})`,
    ({ task, batch, amount }: Command) => timed(() => (task === 'train' ? train(batch, amount) : infer(batch, amount))),
  );
}

main();
