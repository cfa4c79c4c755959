import { LaminetError } from '../errors';

/** Throws unless an option is a whole number of at least 1. */
export function checkCount(option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new LaminetError('E_OPTION', `${option} must be a whole number of at least 1, found ${String(value)}`, {
      option,
      found: value,
    });
  }
}
