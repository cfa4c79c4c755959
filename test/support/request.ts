import type { RunRequest } from '../../lib/backends/backend';
import { updateFactors } from '../../lib/model/optimizer-state';
import type { Program } from '../../lib/ops/program';
import type { WeightAveraging } from '../../lib/optimizers/averaging';
import { type Optimizer, stepFactors } from '../../lib/optimizers/contract';
import { sizeOf } from '../../lib/tensor/shape';
import { allocateFloats, type FloatArray, type Precision } from '../../lib/tensor/storage';

/** What a test says of a run; the rest follows from the program. */
export interface RequestFields {
  readonly samples: ArrayLike<number>;
  /** Class numbers or rows of values, as the program takes them. */
  readonly targets?: ArrayLike<number>;
  /** Default: every sample once, in order. */
  readonly order?: ArrayLike<number>;
  /** The share of each entry of the order in its step's loss. */
  readonly weights?: ArrayLike<number>;
  readonly parameters?: FloatArray;
  /** The rate of every step. */
  readonly learningRate?: number;
  /** What the program was compiled with, where it keeps a state or is given factors. */
  readonly optimizer?: Optimizer;
  /** Of the random numbers that layers draw. Default: 0. */
  readonly seed?: number;
  readonly averaging?: WeightAveraging;
  /** Updates, and steps, that were made before. Default: 0. */
  readonly stepsBefore?: number;
  /** Epochs before the run's. Default: 0. */
  readonly epoch?: number;
  /** Default: zeros. */
  readonly state?: FloatArray;
}

/** The same numbers in memory of the library's own. */
function floatsOf(values: ArrayLike<number>, precision: Precision): FloatArray {
  const array = allocateFloats(precision, values.length);
  array.set(values);
  return array;
}

/** A class number a sample, in shared memory. */
function labelsOf(values: ArrayLike<number>): Int32Array {
  const array = new Int32Array(new SharedArrayBuffer(values.length * 4));
  array.set(values);
  return array;
}

function orderOf(values: ArrayLike<number>): Uint32Array {
  const array = new Uint32Array(new SharedArrayBuffer(values.length * 4));
  array.set(values);
  return array;
}

function doubles(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * 8));
}

/** A request for a program, with memory for everything that it writes. */
export function makeRequest(program: Program, precision: Precision, fields: RequestFields): RunRequest {
  const count = fields.samples.length / sizeOf(program.source.shape);
  const order = orderOf(fields.order ?? Array.from({ length: count }, (_, sample) => sample));
  const steps = Math.ceil(order.length / program.batchSize);
  const bytes = program.source.kind === 'uint8';
  const { targets, learningRate, optimizer, stepsBefore = 0, seed = 0, epoch = 0 } = fields;
  const updates = Math.ceil(steps / program.stepsPerUpdate);
  const learningRates = learningRate === undefined ? undefined : doubles(updates).fill(learningRate);
  const factors = optimizer && updateFactors({ optimizer, ...(fields.averaging && { averaging: fields.averaging }) });
  return {
    parameters: fields.parameters ?? allocateFloats(precision, program.parameterElements),
    gradients: allocateFloats(precision, program.parameterElements),
    samples: bytes ? Uint8Array.from(fields.samples) : floatsOf(fields.samples, precision),
    ...(targets && { targets: program.targets === 'classes' ? labelsOf(targets) : floatsOf(targets, precision) }),
    ...(fields.weights && { weights: floatsOf(fields.weights, precision) }),
    order,
    ...(learningRates && { learningRates }),
    state: fields.state ?? allocateFloats(precision, program.stateSlots * program.parameterElements),
    ...(factors && learningRates && { factors: stepFactors(factors, stepsBefore + 1, updates) }),
    seed,
    stepsBefore,
    epoch,
    losses: doubles(steps),
    correct: doubles(steps),
    ...(program.penalty >= 0 && { penalties: doubles(steps) }),
    results: program.results.map((id) =>
      allocateFloats(precision, order.length * sizeOf(program.tensors[id]?.shape ?? [])),
    ),
    control: new Int32Array(new SharedArrayBuffer(8)),
  };
}
