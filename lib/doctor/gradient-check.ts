import { LaminetError } from '../errors';
import { type Graph, type GraphNode, togetherShape } from '../model/graph';
import type { NetworkRegularizer } from '../model/penalty';
import { type RegularizerLike, toRegularizer } from '../regularizers/regularizer';
import { RandomSequence, RandomStream } from '../tensor/philox';
import { type Shape, sizeOf } from '../tensor/shape';
import { alignElements, type FloatArray } from '../tensor/storage';
import { breather } from './breather';
import { drawPoint, GradientProbe, type Point } from './gradient-probe';
import { judge, type TensorVerdict } from './gradient-verdict';

/** How thoroughly to check. */
export interface GradientCheckOptions {
  /** Chooses the random inputs, parameters and elements. Default: 0. */
  readonly seed?: number;
  /** Samples in the batch. Default: 2, so that sums over the batch are checked, too. */
  readonly samples?: number;
  /** The most elements of a tensor that are measured, picked at random. Default: 64. */
  readonly elements?: number;
  /** Hears of each layer as soon as it is checked: the check of a large network takes a while. */
  readonly onLayer?: (check: LayerCheck) => void;
  /** Of the whole network, as `compile` takes it; layers' own are always part of the check. Default: none. */
  readonly regularizer?: RegularizerLike;
  /** Stops the check. */
  readonly signal?: AbortSignal;
}

/** What was found for the gradient of one tensor. */
export interface TensorCheck extends TensorVerdict {
  /** `input`, or the parameter: `conv2d_1.weight`. */
  readonly tensor: string;
  readonly shape: Shape;
}

/** What was found for one layer, fed random numbers by itself. */
export interface LayerCheck {
  readonly layer: string;
  readonly kind: string;
  readonly ok: boolean;
  readonly tensors: readonly TensorCheck[];
}

/** What {@link checkGradients} found. */
export interface GradientReport {
  /** Whether every gradient is right, of the network and of each of its layers. */
  readonly ok: boolean;
  /** The layers whose own gradients are not right, first to last. */
  readonly guilty: readonly string[];
  readonly layers: readonly LayerCheck[];
  /** The whole network: every parameter and the input. */
  readonly network: readonly TensorCheck[];
}

/** How often random numbers are drawn anew where a draw tested nothing: a rectifier whose inputs are all negative. */
const DRAWS = 8;

/** A tensor to check: where its numbers are, and which part of the gradients is its own. */
interface Target {
  readonly tensor: string;
  readonly shape: Shape;
  readonly start: number;
  readonly size: number;
  readonly input: boolean;
}

function targetsOf(graph: Graph, samples: number): Target[] {
  const size = samples * sizeOf(graph.inputShape);
  const trained = graph.parameters.filter(({ spec }) => spec.trainable !== false);
  const parameters = trained.map(({ name, shape, offset, size: elements }) => ({
    tensor: name,
    shape,
    start: offset,
    size: elements,
    input: false,
  }));
  return [{ tensor: 'input', shape: [samples, ...graph.inputShape], start: 0, size, input: true }, ...parameters];
}

/** At most `most` different numbers below `size`, at random and in order. */
function pickElements(size: number, most: number, random: RandomSequence): number[] {
  if (size <= most) return Array.from({ length: size }, (_, index) => index);
  const picked = new Set<number>();
  while (picked.size < most) picked.add(random.nextBelow(size));
  return [...picked].sort((a, b) => a - b);
}

/** Whether the outputs stay what they are, bit for bit, when all numbers of a tensor are replaced. */
function ignores(probe: GradientProbe, point: Point, target: Target, at: FloatArray, random: RandomSequence): boolean {
  const values = target.input ? point.samples : point.parameters;
  const kept = values.slice(target.start, target.start + target.size);
  for (let index = 0; index < target.size; index++) values[target.start + index] = random.nextNormal();
  const moved = probe.outputs(point);
  values.set(kept, target.start);
  return moved.every((value, index) => value === at[index]);
}

/** Checks every tensor of a graph at one random point. */
async function checkAtPoint(
  graph: Graph,
  probe: GradientProbe,
  random: RandomSequence,
  options: Required<Pick<GradientCheckOptions, 'samples' | 'elements'>>,
  breathe: () => Promise<void>,
): Promise<TensorCheck[]> {
  const point = drawPoint(graph, options.samples, random);
  const gradients = probe.gradients(point);
  const at = probe.outputs(point);
  const checks: TensorCheck[] = [];
  for (const target of targetsOf(graph, options.samples)) {
    const values = target.input ? point.samples : point.parameters;
    const analytic = target.input ? gradients.input : gradients.parameters;
    const measured = [];
    for (const index of pickElements(target.size, options.elements, random)) {
      const place = target.start + index;
      measured.push({ index, analytic: analytic[place] as number, ...probe.difference(point, values, place, at) });
      await breathe();
    }
    const verdict = judge(measured, () => ignores(probe, point, target, at, random));
    checks.push({ tensor: target.tensor, shape: target.shape, ...verdict });
  }
  return checks;
}

function networkRegularizer({ regularizer }: GradientCheckOptions): NetworkRegularizer | undefined {
  return regularizer && { regularizer: toRegularizer('regularizer', regularizer), kinds: ['weight'] };
}

/** Checks every tensor of a graph, at other points as long as something was not tested. */
async function checkGraph(
  graph: Graph,
  part: number,
  options: GradientCheckOptions,
  breathe: () => Promise<void>,
): Promise<TensorCheck[]> {
  const { seed = 0, samples = 2, elements = 64 } = options;
  const probe = new GradientProbe(graph, samples, networkRegularizer(options));
  try {
    for (let draw = 0; ; draw++) {
      const random = new RandomSequence(seed, RandomStream.check, part * DRAWS + draw);
      const checks = await checkAtPoint(graph, probe, random, { samples, elements }, breathe);
      if (draw === DRAWS - 1 || checks.every(({ verdict }) => verdict !== 'untested')) return checks;
    }
  } finally {
    probe.dispose();
  }
}

/** One node of a graph as a network of its own: the same layer under the same name, fed what it is fed there. */
function alone(graph: Graph, node: GraphNode): Graph {
  let offset = 0;
  const parameters = node.parameters.flatMap((index) => {
    const parameter = graph.parameters[index];
    if (!parameter) return [];
    const placed = { ...parameter, offset };
    offset += alignElements(parameter.size);
    return [placed];
  });
  return {
    inputs: node.inputShapes.map((shape, index) => ({ name: `input_${index + 1}`, shape })),
    nodes: [
      { ...node, inputs: node.inputs.map((_, index) => -1 - index), parameters: parameters.map((_, index) => index) },
    ],
    outputs: [0],
    inputShape: togetherShape(node.inputShapes),
    outputShape: node.built.outputShape,
    parameters,
    parameterElements: offset,
    parameterCount: parameters.reduce((sum, { size }) => sum + size, 0),
  };
}

function isRight({ verdict }: TensorCheck): boolean {
  return verdict === 'right' || verdict === 'constant';
}

function checkCount(option: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return;
  throw new LaminetError('E_OPTION', `${option} must be a whole number of at least 1, found ${String(value)}`, {
    option,
    found: value,
  });
}

/**
 * Compares the gradients that a network's program computes with differences: each number is moved by 2^-19 to both sides,
 * and the change of all outputs, weighted by random numbers, is what its gradient foretells. In double precision, on the
 * reference backend, at random inputs and parameters; first each layer by itself, which names the guilty one, then the
 * whole network. Layers without weights are checked through the gradient of their input. The penalty on weights that are
 * regularized is part of what is differentiated.
 *
 * A tensor's verdict is
 * - `right`: no element's relative error is above 1e-6. Errors are relative to the larger of the two values, or to a
 *   thousandth of the tensor's largest gradient where both are smaller;
 * - `wrong`: some element's is. A gradient that is all zero where the outputs do change is wrong;
 * - `constant`: all zero, and rightly: other numbers in the tensor's place leave every output as it is;
 * - `untested`: nothing is known. All gradients are zero although the outputs do depend on the tensor, or more than a
 *   tenth of the elements had to be skipped, because they lie at a kink (of a rectifier, of a pooling window with equal
 *   values), where the differences of the two sides disagree as much as the gradient does with their mean. Up to 8 random
 *   points are tried before a tensor is left untested.
 *
 * Resolves to what was found, as data; wrong gradients are no error.
 * Errors: `E_OPTION` for options out of range, `E_ABORTED` when `signal` stops it.
 */
export async function checkGradients(graph: Graph, options: GradientCheckOptions = {}): Promise<GradientReport> {
  checkCount('samples', options.samples);
  checkCount('elements', options.elements);
  const breathe = breather('the gradient check', options.signal);
  const layers: LayerCheck[] = [];
  for (const [index, node] of graph.nodes.entries()) {
    const tensors = await checkGraph(alone(graph, node), index + 1, options, breathe);
    const check: LayerCheck = { layer: node.name, kind: node.layer.kind, ok: tensors.every(isRight), tensors };
    layers.push(check);
    options.onLayer?.(check);
  }
  const network = await checkGraph(graph, 0, options, breathe);
  const guilty = layers.filter(({ ok }) => !ok).map(({ layer }) => layer);
  return { ok: guilty.length === 0 && network.every(isRight), guilty, layers, network };
}
