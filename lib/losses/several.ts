import { LaminetError } from '../errors';
import type { Loss } from './contract';
import { type LossLike, toLoss } from './loss';

/** The same loss, times a number. */
function weighted(loss: Loss, weight: number): Loss {
  return weight === 1 ? loss : { ...loss, divisor: (outputs) => loss.divisor(outputs) / weight };
}

function requireOneEach(option: string, given: number, outputs: number): void {
  if (given === outputs) return;
  throw new LaminetError('E_OPTION', `${option}: expected ${outputs}, one for each output, found ${given}`, {
    option,
    found: given,
    expected: outputs,
  });
}

function checkClassWeights({ name, classWeights }: Loss, outputs: number): void {
  if (!classWeights || classWeights.length === outputs) return;
  throw new LaminetError(
    'E_OPTION',
    `loss ${name}: expected a class weight for each of ${outputs} outputs, found ${classWeights.length}`,
    { loss: name, found: classWeights.length, expected: outputs },
  );
}

function checkReductions(losses: readonly Loss[]): void {
  const [first, ...others] = losses.map(({ reduction = 'mean' }) => reduction);
  if (others.every((reduction) => reduction === first)) return;
  throw new LaminetError('E_OPTION', "the losses of all outputs must have one reduction, found 'mean' and 'sum'", {
    option: 'reduction',
  });
}

/**
 * A loss for each of a network's outputs.
 * @param losses one for each output, or one for all
 * @param weights what each is multiplied by before they are added up; default: 1
 * @param sizes how many numbers each output has
 * Errors: `E_OPTION` for another number of losses, weights or class weights, for weights that are not above 0, or for losses of
 * different reductions; `E_UNKNOWN`.
 */
export function toLosses(
  losses: LossLike | readonly LossLike[],
  weights: readonly number[] | undefined,
  sizes: readonly number[],
): readonly Loss[] {
  const list = Array.isArray(losses) ? (losses as readonly LossLike[]) : sizes.map(() => losses as LossLike);
  requireOneEach('loss', list.length, sizes.length);
  if (weights) requireOneEach('lossWeights', weights.length, sizes.length);
  const made = list.map((like, index) => {
    const weight = weights?.[index] ?? 1;
    if (!Number.isFinite(weight) || weight <= 0) {
      throw new LaminetError('E_OPTION', `lossWeights must be finite numbers above 0, found ${String(weight)}`, {
        option: 'lossWeights',
        found: weight,
      });
    }
    const loss = toLoss(like);
    checkClassWeights(loss, sizes[index] as number);
    return weighted(loss, weight);
  });
  checkReductions(made);
  return made;
}
