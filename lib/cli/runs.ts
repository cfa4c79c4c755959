import type { Command } from 'commander';
import { listRuns, type RunList } from '../run/list-runs';
import { type CommandContext, formatShare, formatSpent } from './terminal';
import { formatTable } from './text-table';

interface RunsOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ laminet runs
  $ laminet runs results --json`;

/** Adds `laminet runs`. */
export function addRunsCommand(program: Command, context: CommandContext): void {
  program
    .command('runs')
    .summary('list runs')
    .description(
      'Lists the runs in a folder, the newest first: how they ended, their epochs, the best accuracy of an epoch (on the validation set where there is one), that on the test set, the time of their training steps.',
    )
    .argument('[folder]', 'where run folders are', 'runs')
    .option('--json', 'print them as one JSON array')
    .addHelpText('after', EXAMPLES)
    .action((folder: string, options: RunsOptions) => runs(folder, options, context));
}

async function runs(folder: string, { json }: RunsOptions, { print, warn, colors }: CommandContext): Promise<void> {
  const list = await listRuns(folder);
  const rows = list.runs.map(summarize);
  if (json) print(JSON.stringify(rows));
  else if (rows.length === 0) print(`there are no runs in ${folder}`);
  else {
    const [heading = '', ...lines] = formatTable([HEADS, ...rows.map(toCells)], 3);
    print(colors().bold(heading));
    for (const line of lines) print(line);
  }
  for (const fault of list.faults) warn(fault);
}

const HEADS = ['run', 'network', 'status', 'epochs', 'best', 'test', 'time', 'started'];

/** A run in a few values; `null` for what is not known. */
interface RunSummary {
  readonly folder: string;
  readonly network: string;
  readonly status: string;
  readonly epochs: number;
  readonly epochsAsked: number;
  readonly bestAccuracy: number | null;
  readonly testAccuracy: number | null;
  readonly seconds: number;
  readonly startedAt: string;
}

function summarize({ folder, run: { config, history } }: RunList['runs'][number]): RunSummary {
  const accuracies = history.epochs.map(({ accuracy, validation }) => validation?.accuracy ?? accuracy);
  return {
    folder,
    network: config.network,
    status: history.status,
    epochs: history.epochs.length,
    epochsAsked: config.epochs,
    bestAccuracy: accuracies.length > 0 ? Math.max(...accuracies) : null,
    testAccuracy: history.test?.accuracy ?? null,
    seconds: history.epochs.reduce((sum, { seconds }) => sum + seconds, 0),
    startedAt: config.startedAt,
  };
}

function toCells(run: RunSummary): string[] {
  const share = (value: number | null): string => (value === null ? '' : formatShare(value));
  return [
    run.folder,
    run.network,
    run.status === 'stoppedEarly' ? 'stopped early' : run.status,
    `${run.epochs}/${run.epochsAsked}`,
    share(run.bestAccuracy),
    share(run.testAccuracy),
    formatSpent(run.seconds),
    new Date(run.startedAt).toISOString().slice(0, 16).replace('T', ' '),
  ];
}
