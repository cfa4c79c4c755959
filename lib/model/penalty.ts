import type { ParameterKind } from '../layers/layer';
import type { Regularizer } from '../regularizers/regularizer';
import type { FloatArray } from '../tensor/storage';
import type { Graph, GraphParameter } from './graph';

/** A regularizer of a whole network. */
export interface NetworkRegularizer {
  readonly regularizer: Regularizer;
  /** The kinds of parameters that it penalizes. */
  readonly kinds: readonly ParameterKind[];
}

/** A parameter with its penalty. */
export interface PenalizedParameter {
  readonly parameter: GraphParameter;
  readonly index: number;
  readonly regularizer: Regularizer;
}

/** The parameters that are trained and penalized: by their layer's own regularizer, else by the network's. */
export function penalizedParameters(
  { parameters }: Graph,
  network: NetworkRegularizer | undefined,
  frozen: ReadonlySet<string> = new Set(),
): readonly PenalizedParameter[] {
  return parameters.flatMap((parameter, index) => {
    const { spec, layer } = parameter;
    const regularizer = spec.regularizer ?? (network?.kinds.includes(spec.kind) ? network.regularizer : undefined);
    const penalized = spec.trainable !== false && !frozen.has(layer) && regularizer;
    return penalized && regularizer.l1 + regularizer.l2 > 0 ? [{ parameter, index, regularizer }] : [];
  });
}

/** The penalty on all of them: the op `weightPenalty` has the formula. */
export function penaltyOf(penalized: readonly PenalizedParameter[], values: FloatArray): number {
  let penalty = 0;
  for (const { parameter, regularizer } of penalized) {
    let sizes = 0;
    let squares = 0;
    for (const weight of values.subarray(parameter.offset, parameter.offset + parameter.size)) {
      sizes += Math.abs(weight);
      squares += weight * weight;
    }
    penalty += regularizer.l1 * sizes + (regularizer.l2 / 2) * squares;
  }
  return penalty;
}
