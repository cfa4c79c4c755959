import { type Command, InvalidArgumentError } from 'commander';
import type { BackendName } from '../backends/backend';
import { BACKEND_NAMES, checkBackendName } from '../backends/select';
import { LaminetError } from '../errors';
import { LOSS_NAMES, type LossName, toLoss } from '../losses/loss';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NOT_FINITE: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
};

/** A number as it is written on a command line. Text that is no number is wrong usage; NaN is a number, if a bad one. */
export function parseNumber(text: string): number {
  const special = NOT_FINITE[text.toLowerCase()];
  if (special !== undefined) return special;
  if (!NUMBER.test(text)) throw new InvalidArgumentError('Expected a number.');
  return Number(text);
}

/** Refuses an option's value. */
function refuseOption(option: string, expected: string, found: number): never {
  throw new LaminetError('E_OPTION', `${option} must be ${expected}, found ${found}`, { option, found, expected });
}

/** Throws `E_OPTION` unless an option is a whole number in a range. */
export function checkWhole(option: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const limit =
    most === Number.MAX_SAFE_INTEGER
      ? least === 0
        ? 'from 0 to 2^53 - 1'
        : `of at least ${least}`
      : `from ${least} to ${most}`;
  return refuseOption(option, `a whole number ${limit}`, value);
}

/** Throws `E_OPTION` unless an option is a finite number above 0. */
export function checkPositive(option: string, value: number): number {
  return Number.isFinite(value) && value > 0 ? value : refuseOption(option, 'a finite number above 0', value);
}

/** Throws `E_OPTION` for a batch larger than the data. */
export function checkBatchFits(batchSize: number, samples: number): number {
  return batchSize <= samples
    ? batchSize
    : refuseOption('--batch-size', `at most ${samples}, the number of samples to train on`, batchSize);
}

/** The options that say what computes, which every command that runs a network takes. */
export interface BackendOptions {
  readonly threads?: number;
  readonly backend?: string;
}

/** Adds the options of {@link BackendOptions}. */
export function addBackendOptions(command: Command): Command {
  return command
    .option(
      '--threads <n>',
      'threads to compute with (default: one a processor); the result does not depend on it',
      parseNumber,
    )
    .option('--backend <name>', `${BACKEND_NAMES.join(' or ')} (default: native)`);
}

/** The checked form of {@link BackendOptions}, as `compile` takes it. */
export function toBackendOptions({ threads, backend }: BackendOptions): { threads?: number; backend?: BackendName } {
  return {
    ...(threads === undefined ? {} : { threads: checkWhole('--threads', threads, 1, 64) }),
    ...(backend === undefined ? {} : { backend: checkBackendName(backend) }),
  };
}

/** Adds `--loss`, whose default differs from network to network. */
export function addLossOption(command: Command): Command {
  return command.option('--loss <name>', `${LOSS_NAMES.join(', ')} (default: the network's)`);
}

/** The loss of that name. Error: `E_UNKNOWN`. */
export function toLossName(name: string): LossName {
  // toLoss knows the names, and refuses others.
  return toLoss(name as LossName).name as LossName;
}

/** Adds `--data`. */
export function addDataOption(command: Command, fallback: string): Command {
  return command.option(
    '--data <folder>',
    `the folder of the files of MNIST or CIFAR-10 (binary), gzipped or not (default: ${fallback})`,
  );
}
