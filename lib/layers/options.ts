import { LaminetError } from '../errors';
import type { TrainedOptions } from './layer';

/** Throws unless an option is a whole number of at least 1. */
export function checkCount(option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new LaminetError('E_OPTION', `${option} must be a whole number of at least 1, found ${String(value)}`, {
      option,
      found: value,
    });
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
