import { activation } from '../../lib/layers/activation';
import type { Layer } from '../../lib/layers/layer';
import type { Loss } from '../../lib/losses/loss';
import { areWeighted, stepWeights } from '../../lib/losses/weights';
import { type CompileOptions, compileProgram } from '../../lib/model/compile';
import { chain, type Graph } from '../../lib/model/graph';
import { projection } from '../../lib/ops/loss';
import type { Program } from '../../lib/ops/program';
import { type Shape, sizeOf } from '../../lib/tensor/shape';
import { allocateFloats, type FloatArray, type Precision } from '../../lib/tensor/storage';
import type { TestTarget } from './backends';
import { makeRequest } from './request';
import { longestReduction } from './tolerance';

/**
 * The sum, over the batch, of each sample's outputs times its targets: its gradient, what comes in at the output, is the
 * targets themselves.
 */
export function projectionOnTargets(count: number): Loss {
  return { name: 'projection', op: projection, fused: {}, divisor: () => 1 / count };
}

/** Compiles for samples that are stored as the network takes them. */
export function compilePlain(
  graph: Graph,
  options: Omit<CompileOptions, 'input' | 'targets'> & { readonly targets?: CompileOptions['targets'] },
): Program {
  const input = { source: { kind: 'float', shape: graph.inputShape }, padding: [0, 0, 0, 0], scale: 1 } as const;
  return compileProgram(graph, { targets: 'none', ...options, input });
}

/** A flat parameter buffer with the given values, by parameter name without the layer's. Every parameter must be given. */
export function placeParameters(
  graph: Graph,
  precision: Precision,
  values: (name: string, index: number) => ArrayLike<number>,
): FloatArray {
  const parameters = allocateFloats(precision, graph.parameterElements);
  for (const [index, { name, offset, size }] of graph.parameters.entries()) {
    const given = values(name, index);
    if (given.length !== size) throw new Error(`${name}: ${given.length} numbers given, ${size} needed`);
    parameters.set(given, offset);
  }
  return parameters;
}

/** What to run a network on. */
export interface GraphRun {
  readonly graph: Graph;
  /** `[count][input]`. */
  readonly x: ArrayLike<number>;
  /** By the whole name: `conv2d_1.weight`. */
  readonly parameters: (name: string, index: number) => ArrayLike<number>;
  /** The gradient that comes in, `[count][output]`. */
  readonly gy: ArrayLike<number>;
}

/** What a network gives. */
export interface GraphResult {
  /** `[count][output]`; of several outputs, each sample's row holds all. */
  readonly y: Float64Array;
  readonly gx: FloatArray;
  /** By the whole name. */
  readonly gradients: Readonly<Record<string, FloatArray>>;
  /** The most terms of any sum in it. */
  readonly reduction: number;
}

/** For each of `count` samples, its rows of all parts one behind the other. */
export function interleave(parts: readonly FloatArray[], count: number): Float64Array {
  const rows = Array.from({ length: count }, (_, n) =>
    parts.flatMap((part) => {
      const width = part.length / count;
      return [...part.subarray(n * width, (n + 1) * width)];
    }),
  );
  return Float64Array.from(rows.flat());
}

/** Runs a network forward and backward over one batch. */
export function runGraph({ backend, precision, threads }: TestTarget, run: GraphRun): GraphResult {
  const { graph } = run;
  const count = run.x.length / sizeOf(graph.inputShape);
  const program = compilePlain(graph, {
    purpose: 'train',
    batchSize: count,
    targets: 'values',
    loss: projectionOnTargets(count),
    inputGradient: true,
    outputResult: true,
  });
  const request = makeRequest(program, precision, {
    samples: run.x,
    targets: run.gy,
    parameters: placeParameters(graph, precision, run.parameters),
  });
  const plan = backend.plan(program, { precision, threads });
  try {
    // A NaN in the outputs makes the projection one, too; a diverged step still computes all but its update.
    plan.runSync(request);
  } finally {
    plan.dispose();
  }
  const outputs = request.results.slice(0, -1);
  return {
    y: interleave(outputs, count),
    gx: request.results.at(-1) as FloatArray,
    gradients: Object.fromEntries(
      graph.parameters.map(({ name, offset, size }) => [name, request.gradients.slice(offset, offset + size)]),
    ),
    reduction: longestReduction(program, count),
  };
}

/** What to run one layer on. */
export interface LayerRun {
  readonly layer: Layer;
  readonly inputShape: Shape;
  /** `[count][input]`. */
  readonly x: ArrayLike<number>;
  /** By the layer's own names: `weight`, `bias`. */
  readonly parameters: Readonly<Record<string, ArrayLike<number>>>;
  /** The gradient that comes in, `[count][output]`. */
  readonly gy: ArrayLike<number>;
}

/** Runs one layer forward and backward over one batch. Gradients are by the layer's own names. */
export function runLayer(target: TestTarget, { layer, inputShape, x, parameters, gy }: LayerRun): GraphResult {
  const localName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
  const result = runGraph(target, {
    graph: chain(inputShape, [layer]),
    x,
    parameters: (name) => parameters[localName(name)] ?? [],
    gy,
  });
  const gradients = Object.entries(result.gradients).map(([name, gradient]) => [localName(name), gradient]);
  return { ...result, gradients: Object.fromEntries(gradients) };
}

/** What to run one loss on. */
export interface LossRun {
  readonly loss: Loss;
  /** Layers between x and the loss. Default: none. */
  readonly layers?: readonly Layer[];
  readonly outputs: number;
  /** `[count][outputs]`. */
  readonly x: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly kind: 'classes' | 'values';
  /** What each sample's loss is multiplied by. Default: nothing. */
  readonly sampleWeights?: ArrayLike<number>;
}

/** What one loss gives. */
export interface LossResult {
  readonly loss: number;
  readonly correct: number;
  readonly gx: FloatArray;
  readonly program: Program;
  readonly status: string;
}

/** Runs one loss forward and backward over one batch. */
export function runLoss({ backend, precision, threads }: TestTarget, run: LossRun): LossResult {
  const { loss, x, targets, kind, sampleWeights } = run;
  const graph = chain([run.outputs], run.layers ?? [activation('linear')]);
  const batchSize = x.length / run.outputs;
  const samples = { labels: kind === 'classes' ? targets : undefined, sampleWeights };
  const program = compilePlain(graph, {
    purpose: 'train',
    batchSize,
    targets: kind,
    loss,
    weighted: areWeighted([loss], samples),
    inputGradient: true,
  });
  const order = Uint32Array.from({ length: batchSize }, (_, sample) => sample);
  const { weights } = stepWeights([loss], samples, order, batchSize);
  const request = makeRequest(program, precision, { samples: x, targets, order, ...(weights && { weights }) });
  const plan = backend.plan(program, { precision, threads });
  try {
    const { status } = plan.runSync(request);
    return {
      loss: request.losses[0] as number,
      correct: request.correct[0] as number,
      gx: request.results[0] as FloatArray,
      program,
      status,
    };
  } finally {
    plan.dispose();
  }
}
