import { LaminetError } from '../errors';
import type { Loss } from './contract';

/** The options of every loss. */
export interface LossOptions {
  /**
   * Whether the loss of some samples is the mean of theirs, or the sum over them and their outputs. A run reports the same of
   * all samples of an epoch or data set, whatever the batches. Default: `mean`.
   */
  readonly reduction?: 'mean' | 'sum';
}

function refuse(option: string, expected: string, found: unknown): never {
  const shown = typeof found === 'number' ? String(found) : JSON.stringify(found);
  throw new LaminetError('E_OPTION', `${option} must be ${expected}, found ${shown}`, { option, found });
}

/** Throws unless an option is a number from 0 to 1. */
export function checkShare(option: string, value: number): void {
  if (!(value >= 0 && value <= 1)) refuse(option, 'a number from 0 to 1', value);
}

/** Throws unless an option is a finite number above 0, or one of at least 0. */
export function checkNumber(option: string, value: number, { zero = false } = {}): void {
  if (Number.isFinite(value) && (value > 0 || (zero && value === 0))) return;
  refuse(option, zero ? 'a finite number of at least 0' : 'a finite number above 0', value);
}

/** Throws unless an option is a list of finite numbers of at least 0, of which one is above 0. */
export function checkWeights(option: string, weights: ArrayLike<number>): void {
  const list = Array.from(weights);
  if (list.length > 0 && list.every((weight) => Number.isFinite(weight) && weight >= 0) && list.some(Boolean)) return;
  refuse(option, 'finite numbers of at least 0, one for each class and not all 0', list);
}

/** The value of an option that chooses one of several by their names. */
export function chosen<T>(option: string, choices: Readonly<Record<string, T>>, name: string): T {
  if (Object.hasOwn(choices, name)) return choices[name] as T;
  return refuse(option, Object.keys(choices).join(' or '), name);
}

/**
 * A loss with its options, checked, kept as its `config`.
 * @param given what the caller gave
 * @param known every option that the loss has, with its value
 * Error: `E_OPTION` for an option that the loss does not have, or for a reduction that there is none of.
 */
export function lossWith<O extends LossOptions>(
  name: string,
  given: O,
  known: Readonly<Record<Exclude<keyof O, 'reduction'>, unknown>>,
  fields: Omit<Loss, 'name' | 'config' | 'reduction'>,
): Loss {
  const { reduction = 'mean' } = given;
  chosen('reduction', { mean: 0, sum: 0 }, reduction);
  const options: Record<string, unknown> = { ...known, reduction };
  for (const option of Object.keys(given)) {
    if (Object.hasOwn(options, option)) continue;
    throw new LaminetError(
      'E_OPTION',
      `the loss ${name} has no option ${option}; there are ${Object.keys(options).join(', ')}`,
      { loss: name, option },
    );
  }
  const kept = Object.keys(given).filter((option) => given[option as keyof O] !== undefined);
  const config = kept.length === 0 ? name : { name, ...Object.fromEntries(kept.map((key) => [key, options[key]])) };
  return { name, config, reduction, ...fields };
}

/** The divisor of a loss whose mean is one over outputs and samples, and whose sum is one over both. */
export function overOutputs({ reduction = 'mean' }: LossOptions): Loss['divisor'] {
  return reduction === 'sum' ? () => 1 : (outputs) => outputs;
}

/** The divisor of a loss that sums up over the outputs of a sample. */
export const ofSample = (): number => 1;
