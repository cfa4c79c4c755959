import { LaminetError } from '../errors';
import type { ScheduleDescription } from './schedule';

/** What a schedule's durations are counted in. */
export type ScheduleUnit = 'epoch' | 'step';

/** The option of every schedule that has durations. */
export interface UnitOption {
  /**
   * What durations are counted in. Schedules go on within an epoch, step by step, in either unit; an epoch is as many steps
   * as the data and the batch size of `fit` make it. Default: `epoch`.
   */
  readonly unit?: ScheduleUnit;
}

/** A name with a copy of its options, as JSON. */
export function describeOptions(name: string, options: object): ScheduleDescription {
  return { name, ...JSON.parse(JSON.stringify(options)) };
}

function refuse(option: string, expected: string, found: unknown): never {
  const shown = typeof found === 'number' ? String(found) : JSON.stringify(found);
  throw new LaminetError('E_OPTION', `${option} must be ${expected}, found ${shown}`, { option, found });
}

/** Throws unless an option is a finite number above 0. */
export function checkPositive(option: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) refuse(option, 'a finite number above 0', value);
}

/** Throws unless an option is a finite number of at least `least`. */
export function checkAtLeast(option: string, value: number, least: number): void {
  if (!(Number.isFinite(value) && value >= least)) refuse(option, `a finite number of at least ${least}`, value);
}

/** Throws unless an option is a whole number of at least 0. */
export function checkWhole(option: string, value: number): void {
  if (!Number.isInteger(value) || value < 0) refuse(option, 'a whole number of at least 0', value);
}

/** Throws unless an option lies above 0 and below 1. */
export function checkFraction(option: string, value: number): void {
  if (!(value > 0 && value < 1)) refuse(option, 'a number above 0 and below 1', value);
}

/** Throws unless an option is one of the names. */
export function checkName<Name extends string>(option: string, value: Name, names: readonly Name[]): void {
  if (!names.includes(value)) refuse(option, `one of ${names.join(', ')}`, value);
}

/** Throws unless numbers are given that lie above 0 and grow. */
export function checkGrowing(option: string, values: readonly number[]): void {
  const grows = values.every((value, index) => Number.isFinite(value) && value > (values[index - 1] ?? 0));
  if (values.length === 0 || !grows) refuse(option, 'finite numbers above 0, each larger than the one before', values);
}

/** The unit that an option names, or the default. */
export function toUnit(unit: ScheduleUnit = 'epoch'): ScheduleUnit {
  checkName('unit', unit, ['epoch', 'step']);
  return unit;
}

/** A duration in steps, a whole number of at least 1: half an epoch of 7 steps is 4. */
export function toSteps(duration: number, unit: ScheduleUnit, stepsPerEpoch: number): number {
  return Math.max(1, Math.round(unit === 'epoch' ? duration * stepsPerEpoch : duration));
}
