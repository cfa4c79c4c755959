import type { Plan, RunRequest } from '../lib/backends/backend';
import { nativeBackend } from '../lib/backends/native';
import { Dataset } from '../lib/data/dataset';
import type { Loss } from '../lib/losses/loss';
import { type CompileOptions, compileProgram } from '../lib/model/compile';
import type { Graph } from '../lib/model/graph';
import { ParameterStore } from '../lib/model/parameters';
import { inOrder, inputFormat, makeRequest } from '../lib/model/runner';
import type { Program } from '../lib/ops/program';
import { sgd } from '../lib/optimizers/optimizer';
import { RandomSequence, RandomStream } from '../lib/tensor/philox';

/** Bytes and labels at random: what a step costs does not depend on what the images show. */
export function randomImages(shape: readonly [number, number, number], count: number, padding = 0): Dataset {
  const random = new RandomSequence(1, RandomStream.pick);
  const [channels, height, width] = shape;
  const samples = new Uint8Array(count * channels * height * width);
  const words = new Uint32Array(samples.buffer, 0, samples.length >> 2);
  for (let index = 0; index < words.length; index++) words[index] = random.nextWord();
  const labels = Int32Array.from({ length: count }, () => random.nextBelow(10));
  return Dataset.from({ samples, shape, labels, classes: 10, padding, name: 'random images' });
}

/** Numbers at random, with as many target numbers a sample as are asked for. */
export function randomNumbers(shape: readonly number[], targets: number, count: number): Dataset {
  const random = new RandomSequence(2, RandomStream.pick);
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.nextUniform() - 0.5);
  const size = shape.reduce((product, axis) => product * axis, 1);
  return Dataset.from({ samples: draw(size * count), shape, targets: draw(targets * count), name: 'random numbers' });
}

/** A training program on data, ready to be run again and again. */
export interface NetworkRun {
  readonly program: Program;
  readonly plan: Plan;
  readonly request: RunRequest;
  /** Runs all steps; returns the seconds they took. */
  run(profile?: Float64Array): Promise<number>;
}

/** Plans the training of a network on a data set. The learning rate is so small that nothing changes from run to run. */
export function trainingRun(
  graph: Graph,
  loss: Loss,
  data: Dataset,
  batchSize: number,
  threads: number,
  options: Pick<CompileOptions, 'inputGradient'> = {},
): NetworkRun {
  const store = new ParameterStore(graph, 'float32');
  store.initialize(1);
  const program = compileProgram(graph, {
    purpose: 'train',
    batchSize,
    input: inputFormat(data),
    targets: data.labels ? 'classes' : 'values',
    loss,
    optimizer: sgd({ learningRate: 1e-6 }),
    ...options,
  });
  const plan = nativeBackend().plan(program, { precision: 'float32', threads });
  const steps = Math.ceil(data.count / batchSize);
  const learningRates = new Float64Array(steps).fill(1e-6);
  const request = makeRequest(program, 'float32', store, data, inOrder(data.count), { learningRates });
  return {
    program,
    plan,
    request,
    async run(profile) {
      const began = performance.now();
      const { status } = await plan.run(profile ? { ...request, profile } : request);
      if (status !== 'done') throw new Error(`the run ended as ${status}`);
      return (performance.now() - began) / 1000;
    },
  };
}
