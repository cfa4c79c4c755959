import { type Command, Option } from 'commander';
import { LaminetError } from '../errors';
import { checkPositive, parseNumber } from './options';
import type { OutputMode } from './run-training';

/** The options that say how a training tells of itself and how often it writes checkpoints. */
export interface CourseOptions {
  readonly checkpointEvery: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Adds the options of {@link CourseOptions}. */
export function addCourseOptions(command: Command): Command {
  return command
    .option('--checkpoint-every <seconds>', 'from one checkpoint to the next', parseNumber, 10)
    .addOption(
      new Option(
        '--json',
        'print the events as they come, one JSON object a line as in events.jsonl, and last the result',
      ).conflicts('quiet'),
    )
    .option('--quiet', 'print nothing but the result');
}

/** The checked form of {@link CourseOptions}. Error: `E_OPTION`. */
export function toCourse({ checkpointEvery, json, quiet }: CourseOptions): {
  readonly checkpointSeconds: number;
  readonly output: OutputMode;
} {
  return {
    checkpointSeconds: checkPositive('--checkpoint-every', checkpointEvery),
    output: json ? 'json' : quiet ? 'quiet' : 'lines',
  };
}

/** Throws `E_OPTION` unless a share of so many samples leaves some on either side. */
export function checkShare(option: string, share: number, samples: number): number {
  const kept = Math.round(samples * (1 - share));
  const refuse = (expected: string, found: string): never => {
    throw new LaminetError('E_OPTION', `${option} must ${expected}, found ${found}`, { option, found: share });
  };
  if (!(share > 0 && share < 1)) refuse('be a number above 0 and below 1', String(share));
  if (kept === 0 || kept === samples) refuse('leave images on both sides', `${share} of ${samples} images`);
  return share;
}
