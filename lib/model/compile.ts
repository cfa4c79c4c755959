import { LaminetError } from '../errors';
import type { Loss } from '../losses/contract';
import type { Observation } from '../metrics/metric';
import { slice } from '../ops/concat';
import { sigmoid } from '../ops/elementwise';
import { gather } from '../ops/gather';
import { type Augmentation, gatherAugmented } from '../ops/gather-augmented';
import { classTargets, countCorrect, meanLoss, negativeEntropy, sumLoss } from '../ops/loss';
import type { Value } from '../ops/op';
import { add } from '../ops/pairwise';
import {
  fieldOf,
  type Instruction,
  type Phase,
  type Program,
  type Purpose,
  type SourceFormat,
  type TargetKind,
} from '../ops/program';
import type { OpName } from '../ops/registry';
import { reshape } from '../ops/reshape';
import { scatter } from '../ops/scatter';
import { weightPenalty } from '../ops/weight-penalty';
import { sizeOf } from '../tensor/shape';
import { differentiate } from './differentiate';
import { emitUpdates, type UpdateOptions } from './emit-update';
import { type Graph, togetherShape } from './graph';
import { emitObservations } from './observe';
import { stateSlots, updateFactors } from './optimizer-state';
import { type NetworkRegularizer, penalizedParameters } from './penalty';
import { poolBeforeActivations } from './pool-first';
import { ProgramBuilder } from './program-builder';

/** How the samples of a data set become a network's input. */
export interface InputFormat {
  readonly source: SourceFormat;
  /** Zeros around each image: top, bottom, left, right. */
  readonly padding: readonly [number, number, number, number];
  /** The factor on each stored number. */
  readonly scale: number;
}

/** What to compile a graph for. Without an optimizer, training programs compute gradients and update nothing. */
export interface CompileOptions extends Partial<UpdateOptions> {
  readonly purpose: Purpose;
  readonly batchSize: number;
  readonly input: InputFormat;
  readonly targets: TargetKind;
  /** Needed to train or evaluate: one for each output, which are added up, or one for all. */
  readonly loss?: Loss | readonly Loss[];
  /** Whether a run says what share of its step's loss each sample has. Default: false; a step's loss is the mean then. */
  readonly weighted?: boolean;
  /** Of all layers that have none of their own. Default: none. */
  readonly regularizer?: NetworkRegularizer;
  /** How images are changed at random as they are gathered. Default: not. */
  readonly augmentation?: Augmentation | undefined;
  /** The names of layers whose parameters stay as they are; their gradients are not computed. Default: none. */
  readonly frozen?: ReadonlySet<string>;
  /** Whether layers compute what they do in training. Default: when training. */
  readonly training?: boolean;
  /** Whether the gradient of the input is wanted, too: it is the last result. */
  readonly inputGradient?: boolean;
  /** Whether the network's outputs are the first results. Default: when predicting. */
  readonly outputResult?: boolean;
  /** Whether the output of every node of the graph is a result, too: the next ones, in the graph's order. Default: false. */
  readonly layerResults?: boolean;
  /** What is wanted of each sample for metrics, where there is a loss: the next results, `losses` last. Default: nothing. */
  readonly observe?: readonly Observation[];
}

/** The network's inputs: the samples themselves or, where there are several, each one's part of their row. */
function emitInputs(builder: ProgramBuilder, { inputs }: Graph, samples: Value): Value[] {
  if (inputs.length === 1) return [samples];
  let begin = 0;
  return inputs.map(({ name, shape }) => {
    builder.layer = name;
    const channels = sizeOf(shape);
    const row = builder.emit(slice, [samples], { begin, channels });
    begin += channels;
    return shape.length === 1 ? row : builder.emit(reshape, [row], { shape });
  });
}

/** The forward pass: the samples, then every layer. Returns the samples and the network's outputs. */
function emitForward(
  builder: ProgramBuilder,
  graph: Graph,
  { input, augmentation, frozen, layerResults }: CompileOptions,
): { x: Value; values: Value[]; outputs: Value[]; parameters: Value[] } {
  const parameters = graph.parameters.map((slot, index) => builder.declareParameter(slot, index, 'parameter'));
  const source = { ...input, shape: graph.inputShape };
  const x = augmentation
    ? builder.emit(gatherAugmented, [], { ...source, augmentation })
    : builder.emit(gather, [], source);
  const inputs = emitInputs(builder, graph, x);
  builder.phase = 'forward';
  const values: Value[] = [];
  for (const node of graph.nodes) {
    builder.layer = node.name;
    builder.frozen = frozen?.has(node.layerName) ?? false;
    const fed = node.inputs.map((source) => (source < 0 ? inputs[-1 - source] : values[source]) as Value);
    const own = node.parameters.map((index) => parameters[index] as Value);
    values.push(node.built.emit(builder, fed, own));
  }
  const outputs = graph.outputs.map((index) => values[index] as Value);
  poolBeforeActivations(builder, layerResults ? values : outputs);
  return { x, values, outputs, parameters };
}

/** Runs `emit`, adding to an error which loss it came from and which layer's output it was to be on. */
function nameLoss<T>(loss: Loss, layer: string, emit: () => T): T {
  try {
    return emit();
  } catch (error) {
    if (!(error instanceof LaminetError)) throw error;
    const message = `loss ${loss.name}, on the output of ${layer}: ${error.message}`;
    throw new LaminetError(error.code, message, { ...error.details, loss: loss.name, layer }, { cause: error });
  }
}

/** One loss of a program: its instructions' results. */
interface OneLoss {
  /** The samples' losses, as far as the network can change them. */
  readonly losses: Value;
  /** The samples' losses. */
  readonly whole: Value;
  /** What tells the class that a sample is taken for. */
  readonly decision: Value;
}

/**
 * What tells the class that a sample is taken for: the largest of what the loss takes of the network or, where that is a
 * single number, the probability that it stands for.
 */
function decisionOf(builder: ProgramBuilder, output: Value, logits: Value, lossOp: OpName): Value {
  if (sizeOf(output.shape) > 1) return logits;
  const ofSign = lossOp.startsWith('sigmoid') || lossOp === 'hinge';
  return ofSign && logits === output ? builder.emit(sigmoid, [logits], {}) : output;
}

/**
 * The loss of each sample on one output; where the loss can be fused with the last activation, on what goes into that. A
 * softmax at each pixel of a map cannot: the fused losses take one softmax over all outputs.
 */
function emitLoss(
  builder: ProgramBuilder,
  output: Value,
  targets: Value,
  loss: Loss,
  weights: Value | undefined,
): OneLoss {
  const last = builder.producer(output);
  const fused = last && fieldOf(last.geometry, 'pixels', 1) === 1 ? loss.fused[last.op] : undefined;
  const logits = fused ? (builder.value(last?.inputs[0] ?? -1) as Value) : output;
  return nameLoss(loss, last?.layer ?? 'input', () => {
    const unfit = last && loss.unfit?.[last.op];
    if (unfit) throw new LaminetError('E_OPTION', unfit, { option: 'loss' });
    const { shape } = output;
    const changes = loss.classTargets?.(shape);
    const wanted = changes ? builder.emit(classTargets, [targets], { shape, ...changes }) : targets;
    const shares = weights ? [weights] : [];
    const divisor = loss.divisor(sizeOf(shape));
    const { constants = {} } = loss;
    const op = fused ?? loss.op;
    const losses = builder.emit(op, [logits, wanted, ...shares], { divisor, constants });
    const decision = decisionOf(builder, output, logits, op.name);
    if (!loss.lessEntropy) return { losses, whole: losses, decision };
    const entropy = builder.emit(negativeEntropy, [wanted, ...shares], { shape, divisor });
    return { losses, whole: builder.emit(add, [losses, entropy], {}), decision };
  });
}

/** What the loss of a program is made of. */
interface EmittedLoss {
  /** The samples' losses on each output, as far as the network can change them. */
  readonly losses: readonly Value[];
  /** The samples' losses on each output. */
  readonly whole: readonly Value[];
  /** The loss of the step. */
  readonly loss: Value;
  readonly correct: Value;
  /** What tells the class of the first output, and what its class should be. */
  readonly decision: Value;
  readonly targets: Value;
}

/** The targets of each output: with several outputs, each one's part of the row of all. */
function emitTargets(builder: ProgramBuilder, outputs: readonly Value[], targets: Value): readonly Value[] {
  if (outputs.length === 1) return [targets];
  let begin = 0;
  return outputs.map(({ shape }) => {
    const channels = sizeOf(shape);
    const part = builder.emit(slice, [targets], { begin, channels });
    begin += channels;
    return part;
  });
}

/** The losses on all outputs, what they add up to over the batch, and the count of right answers of the first output. */
function emitLosses(
  builder: ProgramBuilder,
  outputs: readonly Value[],
  kind: TargetKind,
  loss: Loss | readonly Loss[],
  weighted: boolean,
): EmittedLoss {
  const values = { shape: togetherShape(outputs.map(({ shape }) => shape)), kind: 'float', batched: true } as const;
  const type = kind === 'classes' ? ({ shape: [], kind: 'label', batched: true } as const) : values;
  builder.phase = 'loss';
  builder.layer = 'loss';
  const targets = emitTargets(builder, outputs, builder.declare('targets', type, 'targets'));
  const each = { shape: [], kind: 'float', batched: true } as const;
  const weights = weighted ? builder.declare('weights', each, 'weights') : undefined;
  const emitted = outputs.map((output, index) => {
    const own = (Array.isArray(loss) ? loss[index] : loss) as Loss;
    return emitLoss(builder, output, targets[index] as Value, own, weights);
  });
  const whole = emitted.map((each) => each.whole);
  const sum = whole.reduce((before, each) => builder.emit(add, [before, each], {}));
  const ofStep = builder.emit(weights ? sumLoss : meanLoss, [sum], {});
  const decision = emitted[0]?.decision as Value;
  const correct = builder.emit(countCorrect, [decision, targets[0]], {});
  const losses = emitted.map((each) => each.losses);
  return { losses, whole, loss: ofStep, correct, decision, targets: targets[0] as Value };
}

/** The penalty on the weights, if there is one. */
function emitPenalty(
  builder: ProgramBuilder,
  graph: Graph,
  { regularizer: network, frozen }: CompileOptions,
  parameters: readonly Value[],
): Value | undefined {
  let penalty: Value | undefined;
  for (const { parameter, index, regularizer } of penalizedParameters(graph, network, frozen)) {
    builder.layer = parameter.layer;
    penalty = builder.emit(weightPenalty, [parameters[index], penalty], regularizer);
  }
  return penalty;
}

/** The phases whose instructions are done for what they change. */
const EFFECTS: readonly Phase[] = ['finish', 'update'];

/** Leaves out instructions whose outputs nothing uses: a softmax that was fused into its loss, a forward-only tail. */
function withoutUnused(instructions: readonly Instruction[], kept: ReadonlySet<number>): Instruction[] {
  const used = new Set(kept);
  const result: Instruction[] = [];
  for (const instruction of [...instructions].reverse()) {
    const effect = EFFECTS.includes(instruction.phase) || instruction.op === 'scatter';
    if (!effect && !instruction.outputs.some((id) => used.has(id))) continue;
    for (const id of instruction.inputs) used.add(id);
    result.unshift(instruction);
  }
  return result;
}

/** Compiles a graph to the one list of instructions that a backend runs, for a batch size and a purpose. */
export function compileProgram(graph: Graph, options: CompileOptions): Program {
  const { purpose, batchSize, input, targets: targetKind, loss, weighted = false, optimizer, frozen } = options;
  const update = optimizer && { ...options, optimizer };
  const builder = new ProgramBuilder(options.training ?? purpose === 'train', batchSize);
  const { x, values, outputs, parameters } = emitForward(builder, graph, options);
  const kept = new Set<number>();
  const results: number[] = [];
  const giveBack = (value: Value): void => {
    builder.emit(scatter, [value], { result: results.length });
    results.push(value.id);
  };

  if (options.outputResult ?? purpose === 'predict') for (const output of outputs) giveBack(output);
  if (options.layerResults) for (const value of values) giveBack(value);
  let ofStep = -1;
  let correct = -1;
  let penalty: Value | undefined;
  if (purpose !== 'predict' && loss && targetKind !== 'none') {
    const emitted = emitLosses(builder, outputs, targetKind, loss, weighted);
    ofStep = emitted.loss.id;
    correct = emitted.correct.id;
    kept.add(ofStep);
    kept.add(correct);
    const output = outputs[0] as Value;
    // Of several classes the outputs decide, so that metrics are those of what `predict` returns.
    const decision = sizeOf(output.shape) > 1 ? output : emitted.decision;
    const observed = { output, decision, targets: emitted.targets, losses: emitted.whole };
    for (const value of emitObservations(builder, options.observe ?? [], observed)) giveBack(value);
    if (purpose === 'train') {
      penalty = emitPenalty(builder, graph, options, parameters);
      if (penalty) kept.add(penalty.id);
      const wanted = new Map<number, Value | undefined>();
      for (const [index, value] of parameters.entries()) {
        const slot = graph.parameters[index];
        if (slot && slot.spec.trainable !== false && !frozen?.has(slot.layer)) {
          wanted.set(value.id, builder.declareParameter(slot, index, 'gradient'));
        }
      }
      if (options.inputGradient) wanted.set(x.id, undefined);
      const losses = penalty ? [...emitted.losses, penalty] : emitted.losses;
      const gradients = differentiate(builder, losses, wanted);
      for (const id of wanted.keys()) kept.add(gradients.get(id)?.id ?? -1);
      const inputGradient = gradients.get(x.id);
      if (inputGradient) giveBack(inputGradient);
      if (update) emitUpdates(builder, graph, update, parameters, gradients);
    }
  }

  const instructions = withoutUnused(builder.instructions, kept);
  const updates = instructions.some(({ phase }) => phase === 'update') ? update : undefined;
  return {
    purpose,
    batchSize,
    source: input.source,
    targets: ofStep < 0 ? 'none' : targetKind,
    weighted: ofStep >= 0 && weighted,
    tensors: builder.tensors,
    instructions,
    customs: builder.customs,
    parameters: graph.parameters.map(({ name, shape, offset, size }) => ({ name, shape, offset, size })),
    parameterElements: graph.parameterElements,
    stepsPerUpdate: updates?.stepsPerUpdate ?? 1,
    stateSlots: updates ? stateSlots(updates, graph) : 0,
    stepFactors: (updates && updateFactors(updates)?.count) ?? 0,
    results,
    loss: ofStep,
    correct,
    penalty: penalty?.id ?? -1,
  };
}
