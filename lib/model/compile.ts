import type { Loss } from '../losses/contract';
import type { Observation } from '../metrics/metric';
import { slice } from '../ops/concat';
import { gather } from '../ops/gather';
import { type Augmentation, gatherAugmented } from '../ops/gather-augmented';
import { mixup } from '../ops/mixup';
import type { Value } from '../ops/op';
import type { Instruction, Phase, Program, Purpose, SourceFormat, TargetKind } from '../ops/program';
import { reshape } from '../ops/reshape';
import { scatter } from '../ops/scatter';
import { weightPenalty } from '../ops/weight-penalty';
import { type Shape, sizeOf } from '../tensor/shape';
import { differentiate } from './differentiate';
import { emitLosses } from './emit-loss';
import { emitUpdates, type UpdateOptions } from './emit-update';
import type { Graph } from './graph';
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

/** The samples of a step as the network takes them, changed and mixed where that is asked for. */
function emitSamples(
  builder: ProgramBuilder,
  shape: Shape,
  input: InputFormat,
  augmentation: Augmentation | undefined,
): Value {
  if (!augmentation) return builder.emit(gather, [], { ...input, shape });
  const own = builder.emit(gatherAugmented, [], { ...input, shape, augmentation });
  if (augmentation.mixup === 0) return own;
  const partners = builder.emit(gatherAugmented, [], { ...input, shape, augmentation, partners: true });
  return builder.emit(mixup, [own, partners], { alpha: augmentation.mixup });
}

/** The forward pass: the samples, then every layer. Returns the samples and the network's outputs. */
function emitForward(
  builder: ProgramBuilder,
  graph: Graph,
  { input, augmentation, frozen, layerResults }: CompileOptions,
): { x: Value; values: Value[]; outputs: Value[]; parameters: Value[] } {
  const parameters = graph.parameters.map((slot, index) => builder.declareParameter(slot, index, 'parameter'));
  const x = emitSamples(builder, graph.inputShape, input, augmentation);
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
    const mixup = options.augmentation?.mixup ?? 0;
    const emitted = emitLosses(builder, outputs, { targets: targetKind, loss, weighted, mixup });
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
