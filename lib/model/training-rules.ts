import type { ParameterKind } from '../layers/layer';
import { averagingFactors, type WeightAveraging } from '../optimizers/averaging';
import { type GradientClipping, toClippingRule } from '../optimizers/clipping';
import type { Optimizer } from '../optimizers/contract';
import { checkKinds } from '../optimizers/groups';
import { type OptimizerName, toOptimizer } from '../optimizers/optimizer';
import { type RegularizerLike, toRegularizer } from '../regularizers/regularizer';
import type { CompileOptions } from './compile';

/** How a model is to be trained, the loss aside. */
export interface TrainingOptions {
  /** Default: `sgd` with its default rate. */
  readonly optimizer?: OptimizerName | Optimizer;
  /**
   * A penalty on the weights of all layers that have none of their own, such as `l2(1e-4)`. Penalties are added to what
   * training makes small, and reported beside the loss. Default: none.
   */
  readonly regularizer?: RegularizerLike;
  /** What the `regularizer` is for. Default: `['weight']`, neither biases nor the parameters of normalizations. */
  readonly regularizedKinds?: readonly ParameterKind[];
  /** A bound on gradients, such as `{ globalNorm: 1 }`. Default: none. */
  readonly clipping?: GradientClipping;
  /**
   * Keeps a running mean of the parameters: after each update `average = decay * average + (1 - decay) * parameter`, from
   * the first update's parameters on. `evaluate`, `predict` and `save` use it with `weights: 'average'`. Default: none.
   * Source: Polyak, Juditsky, "Acceleration of stochastic approximation by averaging", 1992, with weights that fade.
   */
  readonly averaging?: WeightAveraging;
}

/** What programs are compiled with, of {@link TrainingOptions}. */
export type TrainingRules = Required<Pick<CompileOptions, 'optimizer'>> &
  Pick<CompileOptions, 'regularizer' | 'clipping' | 'averaging'>;

/** The rules that options mean. Errors: `E_OPTION`, `E_UNKNOWN` for a name. */
export function toTrainingRules(options: TrainingOptions): TrainingRules {
  const { regularizer, regularizedKinds = ['weight'], clipping, averaging } = options;
  checkKinds('regularizedKinds', regularizedKinds);
  if (averaging) averagingFactors(averaging);
  return {
    optimizer: toOptimizer(options.optimizer ?? 'sgd'),
    ...(regularizer && {
      regularizer: { regularizer: toRegularizer('regularizer', regularizer), kinds: regularizedKinds },
    }),
    ...(clipping && { clipping: toClippingRule(clipping) }),
    ...(averaging && { averaging }),
  };
}
