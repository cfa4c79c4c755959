import { LaminetError } from '../errors';
import type { TrainedOptions } from './layer';

function refuse(option: string, expected: string, found: unknown): never {
  throw new LaminetError('E_OPTION', `${option} must be ${expected}, found ${String(found)}`, { option, found });
}

/** Throws unless an option is a whole number of at least 1. */
export function checkCount(option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) refuse(option, 'a whole number of at least 1', value);
}

/** Throws unless every one of these options is a finite number. */
export function checkFinite(options: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (!Number.isFinite(value)) refuse(option, 'a finite number', value);
  }
}

/** Throws unless every one of these options is a finite number of at least `least`. */
export function checkAtLeast(least: number, options: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (!(Number.isFinite(value) && value >= least)) refuse(option, `a finite number of at least ${least}`, value);
  }
}

/** Throws unless every one of these options is a finite number above 0. */
export function checkPositive(options: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (!(Number.isFinite(value) && value > 0)) refuse(option, 'a finite number above 0', value);
  }
}

/** Whether a layer is to be trained. Error: `E_OPTION` for what is neither true nor false. */
export function toTrainable({ trainable = true }: TrainedOptions): boolean {
  if (typeof trainable === 'boolean') return trainable;
  throw new LaminetError('E_OPTION', `trainable must be true or false, found ${JSON.stringify(trainable)}`, {
    option: 'trainable',
    found: trainable,
  });
}
