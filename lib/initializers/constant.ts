import { LaminetError } from '../errors';
import type { Initializer } from './contract';

/**
 * Every value the same number. Error: `E_OPTION` unless it is finite.
 *
 * @example
 * constant(0.1);
 */
export function constant(value: number): Initializer {
  if (!Number.isFinite(value)) {
    throw new LaminetError('E_OPTION', `the value of constant must be a finite number, found ${String(value)}`, {
      option: 'value',
      found: value,
    });
  }
  return { config: { name: 'constant', value }, fill: (values) => void values.fill(value) };
}

/** Every value 0. */
export const zeros: Initializer = { ...constant(0), config: 'zeros' };

/** Every value 1. */
export const ones: Initializer = { ...constant(1), config: 'ones' };
