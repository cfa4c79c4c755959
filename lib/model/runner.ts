import { Control, type Plan, type RunOutcome, type RunRequest } from '../backends/backend';
import type { Dataset } from '../data/dataset';
import { LaminetError } from '../errors';
import type { Loss } from '../losses/contract';
import { checkTargets } from '../losses/targets';
import { stepWeights } from '../losses/weights';
import type { Program } from '../ops/program';
import { formatShape, type Shape, sameShape, sizeOf } from '../tensor/shape';
import type { FloatArray, Precision } from '../tensor/storage';
import type { InputFormat } from './compile';
import type { Graph } from './graph';
import type { OptimizerMemory } from './optimizer-state';
import type { ParameterStore } from './parameters';
import type { PauseController } from './pause';

/** How a data set's samples are stored and brought to the network's input. */
export function inputFormat(data: Dataset): InputFormat {
  return { source: data.source, padding: data.padding, scale: data.scale };
}

const listShapes = (shapes: readonly Shape[]): string => shapes.map(formatShape).join(' and ');

/** Throws unless rows of several inputs or outputs are made up of the parts that the network takes. */
function checkParts(graph: Graph, data: Dataset, name: string): void {
  const expected = graph.inputs.map(({ shape }) => shape);
  const found = data.inputShapes;
  if (found && !(found.length === expected.length && found.every((shape, i) => sameShape(shape, expected[i] ?? [])))) {
    throw new LaminetError(
      'E_SHAPE',
      `${name} takes inputs of ${listShapes(expected)}, but those of ${data.name} are ${listShapes(found)}`,
      { expected, found },
    );
  }
  const count = graph.outputs.length;
  if (count > 1 && data.labels) {
    throw new LaminetError(
      'E_DATA',
      `${data.name} has one label a sample, but ${name} has ${count} outputs; make it by Dataset.records`,
      { outputs: count },
    );
  }
  const sizes = outputSizes(graph);
  const wanted = data.outputSizes;
  if (wanted && !sameShape(wanted, sizes)) {
    throw new LaminetError(
      'E_DATA',
      `${data.name} has ${wanted.join(' and ')} target numbers a sample, but ${name} puts out ${sizes.join(' and ')}`,
      { targets: wanted, outputs: sizes },
    );
  }
}

/** Throws unless the network takes the data set's samples, and as many classes or targets as it has. */
export function checkFit(graph: Graph, data: Dataset, name: string): void {
  if (!sameShape(data.sampleShape, graph.inputShape)) {
    const stored = sameShape(data.sampleShape, data.source.shape)
      ? ''
      : ` (${formatShape(data.source.shape)} with padding)`;
    throw new LaminetError(
      'E_SHAPE',
      `${name} takes samples of ${formatShape(graph.inputShape)}, but those of ${data.name} are ${formatShape(data.sampleShape)}${stored}`,
      { expected: graph.inputShape, found: data.sampleShape },
    );
  }
  checkParts(graph, data, name);
  const outputs = sizeOf(graph.outputShape);
  if (data.labels && data.classes > outputs) {
    throw new LaminetError(
      'E_DATA',
      `${data.name} has ${data.classes} classes, but ${name} puts out ${outputs} numbers`,
      {
        classes: data.classes,
        outputs,
      },
    );
  }
  if (data.targets && data.targets.length !== outputs * data.count) {
    throw new LaminetError(
      'E_DATA',
      `${data.name} has ${data.targets.length / data.count} target numbers a sample, but ${name} puts out ${outputs}`,
      { targets: data.targets.length / data.count, outputs },
    );
  }
}

/** How many numbers each of a network's outputs has. */
export function outputSizes({ outputs, nodes }: Graph): readonly number[] {
  return outputs.map((node) => sizeOf(nodes[node]?.built.outputShape ?? []));
}

/** Throws unless the network takes the data set, and every loss of its outputs can be measured against the targets. */
export function checkMeasurable(graph: Graph, losses: readonly Loss[], data: Dataset, name: string): void {
  checkFit(graph, data, name);
  if (!data.labels && !data.targets) {
    throw new LaminetError('E_DATA', `${data.name} has neither labels nor targets, which training and evaluation need`);
  }
  checkTargets(losses, data, outputSizes(graph));
}

/** Throws unless a batch size can be used; none is larger than the data. */
export function checkBatchSize(batchSize: number, count: number): void {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new LaminetError('E_OPTION', `batchSize must be a whole number of at least 1, found ${String(batchSize)}`, {
      option: 'batchSize',
      found: batchSize,
    });
  }
  if (batchSize > count) {
    throw new LaminetError(
      'E_OPTION',
      `batchSize must not be larger than the data, found ${batchSize} for ${count} samples`,
      {
        option: 'batchSize',
        found: batchSize,
        samples: count,
      },
    );
  }
}

/** 0, 1, 2 ... */
export function inOrder(count: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  return order;
}

/** A run over a data set. */
export interface DataRequest extends RunRequest {
  /** For each step: by what the sum of its samples' losses is divided. */
  readonly divisors: Float64Array;
  /** Whether the losses of steps are sums, which add up, rather than means. */
  readonly summed: boolean;
}

/** What a run is made of beside its program and data. */
export interface RunParts {
  readonly precision: Precision;
  readonly store: ParameterStore;
  /** One for each output, where the program has losses. */
  readonly losses?: readonly Loss[];
  readonly optimizer?: OptimizerMemory;
}

/**
 * The memory of one run over a data set: what goes in and what comes out. Arrays that are made here are plain ones: nobody
 * else has them while the run lasts, and a shared buffer takes longer to make than a small network to run.
 */
export function makeRequest(
  program: Program,
  data: Dataset,
  order: Uint32Array,
  { precision, store, losses = [], optimizer }: RunParts,
): DataRequest {
  const steps = Math.ceil(order.length / program.batchSize);
  const { weights, divisors } = stepWeights(losses, data, order, program.batchSize);
  const targets = program.targets === 'classes' ? data.labels : program.targets === 'values' ? data.targets : undefined;
  return {
    parameters: store.values,
    ...(store.version === undefined ? {} : { version: store.version }),
    gradients: store.gradients,
    samples: data.samples,
    ...(targets === undefined ? {} : { targets }),
    ...(weights && { weights: precision === 'float32' ? Float32Array.from(weights) : weights }),
    order,
    ...optimizer,
    losses: new Float64Array(steps),
    correct: new Float64Array(steps),
    ...(program.penalty >= 0 && { penalties: new Float64Array(steps) }),
    results: program.results.map((id): FloatArray => {
      const shape = program.tensors[id]?.shape ?? [];
      const length = order.length * sizeOf(shape);
      return precision === 'float32' ? new Float32Array(length) : new Float64Array(length);
    }),
    control: new Int32Array(2),
    divisors,
    summed: losses[0]?.reduction === 'sum',
  };
}

/**
 * Loss, penalty (if there is one) and correct answers over the first `steps` steps of a run: the loss is that of all their
 * samples together, whatever the batches that they came in; each step's penalty weighs as many samples as it had.
 */
export function summarize(
  request: DataRequest,
  batchSize: number,
  steps: number,
): { loss: number; penalty?: number; accuracy: number; samples: number } {
  const { penalties } = request;
  const samples = Math.min(steps * batchSize, request.order.length);
  let loss = 0;
  let divisor = 0;
  let penalty = 0;
  let correct = 0;
  for (let step = 0; step < steps; step++) {
    const share = request.divisors[step] as number;
    loss += (request.losses[step] as number) * share;
    divisor += share;
    penalty += (penalties?.[step] ?? 0) * Math.min(batchSize, request.order.length - step * batchSize);
    correct += request.correct[step] as number;
  }
  return {
    loss: request.summed ? loss : loss / divisor,
    ...(penalties && { penalty: penalty / samples }),
    accuracy: correct / samples,
    samples,
  };
}

/** Runs a plan, stopping it after the step under way when the signal says so, or when it is paused. */
export async function runWithSignal(
  plan: Plan,
  request: RunRequest,
  signal: AbortSignal | undefined,
  onProgress?: (steps: number) => void,
  pause?: PauseController,
): Promise<RunOutcome> {
  const stop = (): void => {
    Atomics.store(request.control, Control.stop, 1);
  };
  if (signal?.aborted || pause?.paused) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const forget = pause?.onChange(() => pause.paused && stop());
  try {
    return await plan.run(request, onProgress);
  } finally {
    signal?.removeEventListener('abort', stop);
    forget?.();
  }
}
