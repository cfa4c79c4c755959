import type { Plan, RunRequest } from '../lib/backends/backend';
import { nativeBackend } from '../lib/backends/native';
import { Dataset } from '../lib/data/dataset';
import type { Loss } from '../lib/losses/loss';
import { type CompileOptions, compileProgram } from '../lib/model/compile';
import type { Graph } from '../lib/model/graph';
import { OptimizerState } from '../lib/model/optimizer-state';
import { ParameterStore } from '../lib/model/parameters';
import { inOrder, inputFormat, makeRequest } from '../lib/model/runner';
import type { Program } from '../lib/ops/program';
import type { Optimizer } from '../lib/optimizers/contract';
import { sgd } from '../lib/optimizers/optimizer';
import { RandomSequence, RandomStream } from '../lib/tensor/philox';
import { type Shape, sizeOf } from '../lib/tensor/shape';

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

/** Numbers at random, between -0.5 and 0.5. */
function randomFloats(length: number): Float32Array {
  const random = new RandomSequence(2, RandomStream.pick);
  return Float32Array.from({ length }, () => random.nextUniform() - 0.5);
}

/** Numbers at random, with as many target numbers a sample as are asked for. */
export function randomNumbers(shape: Shape, targets: number, count: number): Dataset {
  const samples = randomFloats(sizeOf(shape) * count);
  return Dataset.from({ samples, shape, targets: randomFloats(targets * count), name: 'random numbers' });
}

/** Rows of numbers at random, of ten classes. */
export function randomRows(length: number, count: number): Dataset {
  const labels = Int32Array.from({ length: count }, (_, sample) => sample % 10);
  return Dataset.from({
    samples: randomFloats(length * count),
    shape: [length],
    labels,
    classes: 10,
    name: 'random rows',
  });
}

/** A training program on data, ready to be run again and again. */
export interface NetworkRun {
  readonly program: Program;
  readonly plan: Plan;
  readonly request: RunRequest;
  /** Runs all steps; returns the seconds they took. */
  run(profile?: Float64Array): Promise<number>;
  /** Goes through the data so many times in one run. */
  repeat(times: number, profile?: Float64Array): Promise<number>;
}

/** What training is to do besides. */
export interface TrainingRunOptions extends Pick<CompileOptions, 'inputGradient' | 'augmentation'> {
  /** Default: plain gradient descent at a rate so small that nothing changes from run to run. */
  readonly optimizer?: Optimizer;
}

const RATE = 1e-6;

/** Plans the training of a network on a data set. */
export function trainingRun(
  graph: Graph,
  loss: Loss,
  data: Dataset,
  batchSize: number,
  threads: number,
  { optimizer = sgd({ learningRate: RATE }), ...options }: TrainingRunOptions = {},
): NetworkRun {
  const store = new ParameterStore(graph, 'float32');
  store.initialize(1);
  const state = new OptimizerState({ optimizer }, graph, 'float32');
  const program = compileProgram(graph, {
    purpose: 'train',
    batchSize,
    input: inputFormat(data),
    targets: data.labels ? 'classes' : 'values',
    loss,
    optimizer,
    ...options,
  });
  const plan = nativeBackend().plan(program, { precision: 'float32', threads });
  const requestFor = (order: Uint32Array): RunRequest => {
    const learningRates = new Float64Array(Math.ceil(order.length / batchSize)).fill(RATE);
    return makeRequest(program, data, order, { precision: 'float32', store, optimizer: state.memory(learningRates) });
  };
  const request = requestFor(inOrder(data.count));
  const timed = async (work: RunRequest, profile?: Float64Array): Promise<number> => {
    const began = performance.now();
    const { status } = await plan.run(profile ? { ...work, profile } : work);
    if (status !== 'done') throw new Error(`the run ended as ${status}`);
    return (performance.now() - began) / 1000;
  };
  return {
    program,
    plan,
    request,
    run: (profile) => timed(request, profile),
    repeat: (times, profile) =>
      timed(requestFor(inOrder(times * data.count).map((entry) => entry % data.count)), profile),
  };
}
