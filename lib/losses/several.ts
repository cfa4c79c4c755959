import { LaminetError } from '../errors';
import { type Loss, type LossName, toLoss } from './loss';

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

/**
 * A loss for each of a network's outputs.
 * @param losses one for each output, or one for all
 * @param weights what each is multiplied by before they are added up; default: 1
 * Errors: `E_OPTION` for another number of losses or weights, or for weights that are not above 0; `E_UNKNOWN`.
 */
export function toLosses(
  losses: LossName | Loss | readonly (LossName | Loss)[],
  weights: readonly number[] | undefined,
  outputs: number,
): readonly Loss[] {
  const list = Array.isArray(losses)
    ? (losses as readonly (LossName | Loss)[])
    : Array.from({ length: outputs }, () => losses as LossName | Loss);
  requireOneEach('loss', list.length, outputs);
  if (weights) requireOneEach('lossWeights', weights.length, outputs);
  return list.map((loss, index) => {
    const weight = weights?.[index] ?? 1;
    if (!Number.isFinite(weight) || weight <= 0) {
      throw new LaminetError('E_OPTION', `lossWeights must be finite numbers above 0, found ${String(weight)}`, {
        option: 'lossWeights',
        found: weight,
      });
    }
    return weighted(toLoss(loss), weight);
  });
}
