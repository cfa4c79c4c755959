import { accumulate } from '../ops/accumulate';
import { averageWeights } from '../ops/average-weights';
import { clipNorm, clipValue, squaredNorm } from '../ops/clip';
import { maxNorm } from '../ops/max-norm';
import type { Value } from '../ops/op';
import type { ClippingRule } from '../optimizers/clipping';
import type { Optimizer } from '../optimizers/contract';
import { type Graph, type GraphParameter, trainedParameter } from './graph';
import { optimizerSlots, type UpdateRules } from './optimizer-state';
import type { ProgramBuilder } from './program-builder';

/** How parameters are changed. */
export interface UpdateOptions extends UpdateRules {
  /** How gradients are bounded. Default: they are not. */
  readonly clipping?: ClippingRule;
  /** An update is made of so many steps' gradients. Default: 1. */
  readonly stepsPerUpdate?: number;
}

/** A parameter with its gradient. */
interface Trained {
  readonly index: number;
  readonly parameter: GraphParameter;
  readonly value: Value;
  readonly gradient: Value;
}

/** Gathers the gradients of several steps. */
function emitAccumulation(builder: ProgramBuilder, trained: readonly Trained[]): void {
  for (const { index, parameter, gradient } of trained) {
    builder.layer = parameter.layer;
    const gathered = builder.declare(`gathered ${parameter.name}`, gradient, 'accumulated', index);
    builder.perform(accumulate, [gradient, gathered], {});
  }
}

/** Bounds the gradients. */
function emitClipping(builder: ProgramBuilder, { by, limit }: ClippingRule, trained: readonly Trained[]): void {
  const clip = ({ parameter, gradient }: Trained, squares?: Value): void => {
    builder.layer = parameter.layer;
    if (squares) builder.perform(clipNorm, [gradient, squares], { limit });
    else builder.perform(clipValue, [gradient], { limit });
  };
  const square = ({ parameter, gradient }: Trained, before?: Value): Value => {
    builder.layer = parameter.layer;
    return builder.emit(squaredNorm, [gradient, before], {});
  };
  if (by === 'value') for (const each of trained) clip(each);
  if (by === 'norm') for (const each of trained) clip(each, square(each));
  if (by !== 'globalNorm') return;
  let sum: Value | undefined;
  for (const each of trained) sum = square(each, sum);
  for (const each of trained) clip(each, sum);
}

/**
 * The end of a step: gradients are gathered where several steps make up an update, bounded, and change the parameters that
 * have some; then constraints are kept, and averages follow.
 */
export function emitUpdates(
  builder: ProgramBuilder,
  graph: Graph,
  { optimizer, clipping, stepsPerUpdate = 1, averaging }: UpdateOptions,
  parameters: readonly Value[],
  gradients: ReadonlyMap<number, Value>,
): void {
  const trained = graph.parameters.flatMap((parameter, index): Trained[] => {
    const value = parameters[index] as Value;
    const gradient = gradients.get(value.id);
    return gradient ? [{ index, parameter, value, gradient }] : [];
  });
  builder.phase = 'finish';
  if (stepsPerUpdate > 1) emitAccumulation(builder, trained);
  builder.instructions.push(...builder.updates);
  builder.phase = 'update';
  if (clipping) emitClipping(builder, clipping, trained);
  for (const { index, parameter, value, gradient } of trained) {
    builder.layer = parameter.layer;
    const { op, attributes, state } = optimizer.ruleFor(trainedParameter(parameter));
    builder.perform(op, [value, gradient, ...builder.declareState(parameter, index, state)], attributes);
    const { constraint } = parameter.spec;
    if (constraint) builder.perform(maxNorm, [value], { limit: constraint.limit });
  }
  if (averaging) emitAverages(builder, graph, optimizer, parameters);
}

/** Those of all parameters that may be trained, also of frozen ones: they may be trained later. */
function emitAverages(builder: ProgramBuilder, graph: Graph, optimizer: Optimizer, parameters: readonly Value[]): void {
  const slot = optimizerSlots(optimizer, graph);
  for (const [index, parameter] of graph.parameters.entries()) {
    if (parameter.spec.trainable === false) continue;
    builder.layer = parameter.layer;
    const value = parameters[index] as Value;
    const average = builder.declare(`average ${parameter.name}`, value, 'state', index, slot);
    builder.perform(averageWeights, [value, average], { factor: optimizer.factors?.count ?? 0 });
  }
}
