import { LaminetError } from '../errors';
import type { Loss, LossDescription } from './contract';
import { crossEntropy, klDivergence, negativeLogLikelihood } from './cross-entropy';
import { binaryFocalLoss, focalLoss } from './focal';
import { categoricalHinge, hinge } from './hinge';
import { binaryCrossEntropy, logisticError } from './logistic';
import { huber, meanAbsoluteError, meanSquaredError, sumOfSquaredErrors } from './regression';

export type { Loss, LossDescription } from './contract';
export { crossEntropy, klDivergence, negativeLogLikelihood } from './cross-entropy';
export { binaryFocalLoss, focalLoss } from './focal';
export { categoricalHinge, hinge } from './hinge';
export { binaryCrossEntropy, logisticError } from './logistic';
export { huber, meanAbsoluteError, meanSquaredError, sumOfSquaredErrors } from './regression';

const LOSSES = {
  sse: sumOfSquaredErrors,
  mse: meanSquaredError,
  mae: meanAbsoluteError,
  huber,
  crossEntropy,
  nll: negativeLogLikelihood,
  klDivergence,
  logistic: logisticError,
  binaryCrossEntropy,
  focal: focalLoss,
  binaryFocal: binaryFocalLoss,
  hinge,
  categoricalHinge,
} as const;

/**
 * The losses by name, with their default options: `sse` ({@link sumOfSquaredErrors}), `mse` ({@link meanSquaredError}), `mae`
 * ({@link meanAbsoluteError}), `nll` ({@link negativeLogLikelihood}), `logistic` ({@link logisticError}), `focal`
 * ({@link focalLoss}), `binaryFocal` ({@link binaryFocalLoss}); `huber`, `crossEntropy`, `klDivergence`, `binaryCrossEntropy`,
 * `hinge` and `categoricalHinge` are the names of their functions.
 */
export type LossName = keyof typeof LOSSES;

/** The names of {@link LossName}, for help and errors. */
export const LOSS_NAMES = Object.keys(LOSSES) as readonly LossName[];

/** A loss, its name, or its name with options, as JSON: `{ name: 'huber', delta: 2 }`. */
export type LossLike = LossName | Loss | LossDescription;

function makeOf(name: string): (options?: never) => Loss {
  if (Object.hasOwn(LOSSES, name)) return LOSSES[name as LossName];
  throw new LaminetError('E_UNKNOWN', `there is no loss ${JSON.stringify(name)}; there are ${LOSS_NAMES.join(', ')}`, {
    loss: name,
  });
}

const isLoss = (value: Loss | LossDescription): value is Loss => typeof (value as Partial<Loss>).divisor === 'function';

/** The loss that is meant. Errors: `E_UNKNOWN` for a name, `E_OPTION` for a description's options. */
export function toLoss(loss: LossLike): Loss {
  if (typeof loss === 'string') return makeOf(loss)();
  if (isLoss(loss)) return loss;
  const { name, ...options } = loss;
  return makeOf(name)(options as never);
}
