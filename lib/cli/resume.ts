import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { LaminetError } from '../errors';
import { newestCheckpoint } from '../model/checkpoint-folder';
import { type Run, readRun } from '../run/read-run';
import { DEFAULT_DATA, readTrainingData, recordedFolder } from './data';
import {
  addBackendOptions,
  addDataOption,
  type BackendOptions,
  checkWhole,
  parseNumber,
  toBackendOptions,
} from './options';
import { runTraining } from './run-training';
import { type CommandContext, shellWord } from './terminal';
import { addCourseOptions, type CourseOptions, toCourse } from './training-options';

interface ResumeOptions extends BackendOptions, CourseOptions {
  readonly data?: string;
  readonly epochs?: number;
}

const EXAMPLES = `
The run ends with the weights that it would have had if nothing had stopped it, bit for bit, also on other threads.

Examples:
  $ laminet resume runs/2026-03-05-14-07-09-lenet5
  $ laminet resume runs/2026-03-05-14-07-09-lenet5 --epochs 20`;

/** Adds `laminet resume`. */
export function addResumeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('resume')
    .summary('go on with a run that was stopped, or for more epochs')
    .description(
      'Goes on with a run from its newest checkpoint, in its folder and with its settings, after Ctrl-C, a crash or a power failure.',
    )
    .argument('<run>', 'a run folder')
    .option('--epochs <n>', "how often the whole run is to go through the data (default: the run's)", parseNumber);
  addDataOption(command, "the run's");
  addBackendOptions(command);
  addCourseOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((folder: string, options: ResumeOptions) => resume(folder, options, context));
}

async function resume(folder: string, options: ResumeOptions, context: CommandContext): Promise<void> {
  const asked = options.epochs === undefined ? {} : { epochs: checkWhole('--epochs', options.epochs, 1) };
  const course = toCourse(options);
  const backend = toBackendOptions(options);
  const run = await readRun(folder);
  const recorded = { ...run.config, ...asked };
  checkUnfinished(folder, run, recorded.epochs);
  await checkResumable(folder, run);
  const source = options.data ?? recorded.data.folder ?? undefined;
  const data = await readTrainingData(source);
  await runTraining(
    {
      config: { ...recorded, data: { ...recorded.data, folder: recordedFolder(source) } },
      data,
      source: source ?? DEFAULT_DATA,
      backend,
      folder,
      goesOn: true,
      profile: false,
      ...course,
    },
    context,
  );
}

/** Throws where a run has come to its end. */
function checkUnfinished(folder: string, { history }: Run, epochs: number): void {
  const refuse = (why: string, advice: string): never => {
    throw new LaminetError('E_STATE', `${folder} ${why}; ${advice}`, { folder, status: history.status });
  };
  const finished = history.epochs.length;
  if (history.status === 'diverged') refuse('diverged, and would again', 'train anew with a smaller --learning-rate');
  if (!history.test) return;
  if (history.status === 'stoppedEarly') {
    refuse(`stopped after epoch ${finished}, since nothing got better`, 'train anew with a larger --patience');
  }
  if (epochs <= finished) {
    const more = `laminet resume ${shellWord(folder)} --epochs ${2 * finished}`;
    refuse(`has gone through its ${finished} epochs`, `for more of them: ${more}`);
  }
}

/** A run that was cut off before its first checkpoint begins anew, which comes to the same; no other does. */
async function checkResumable(folder: string, { history, checkpointsPath }: Run): Promise<void> {
  const newest = existsSync(checkpointsPath) ? await newestCheckpoint(checkpointsPath) : undefined;
  if (newest !== undefined || history.epochs.length === 0 || history.status === 'running') return;
  throw new LaminetError('E_FILE', `cannot resume ${folder}: there is no checkpoint in ${checkpointsPath}`, {
    action: 'resume',
    path: checkpointsPath,
  });
}
