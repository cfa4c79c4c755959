import { LaminetError } from '../errors';

function refuse(option: string, expected: string, found: unknown): never {
  const shown = typeof found === 'number' ? String(found) : JSON.stringify(found);
  throw new LaminetError('E_OPTION', `${option} must be ${expected}, found ${shown}`, { option, found });
}

/** Throws unless every one of these options lies in [0, 1): the share of a running mean that stays. */
export function checkShares(options: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (!(value >= 0 && value < 1)) refuse(option, 'a number of at least 0 and below 1', value);
  }
}

/** Throws unless every one of these options is a finite number above 0. */
export function checkAboveZero(options: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (!(Number.isFinite(value) && value > 0)) refuse(option, 'a finite number above 0', value);
  }
}

/** Throws unless every one of these options is a finite number of at least 0. */
export function checkNotNegative(options: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (!(Number.isFinite(value) && value >= 0)) refuse(option, 'a finite number of at least 0', value);
  }
}
