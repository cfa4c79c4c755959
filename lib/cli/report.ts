import type { Command } from 'commander';
import { networkModel } from '../networks/networks';
import { readRun } from '../run/read-run';
import { writeReport } from '../run/report/write-report';
import { readTestData } from './data';
import { addBackendOptions, addDataOption, type BackendOptions, toBackendOptions, toLossName } from './options';
import type { CommandContext } from './terminal';

interface ReportOptions extends BackendOptions {
  readonly data?: string;
}

const EXAMPLES = `
Examples:
  $ laminet report runs/2026-03-05-14-07-09-lenet5
  $ laminet report runs/2026-03-05-14-07-09-lenet5 --data mnist`;

/** Adds `laminet report`. */
export function addReportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('report')
    .summary("write a run's report again")
    .description(
      'Writes report.html, curves.svg and curves.png of a run again: curves, network, filters, confusion matrix, worst mistakes, settings.',
    )
    .argument('<run>', 'a run folder');
  addDataOption(command, "the run's");
  addBackendOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((folder: string, options: ReportOptions) => report(folder, options, context));
}

async function report(folder: string, options: ReportOptions, { io, print }: CommandContext): Promise<void> {
  const backend = toBackendOptions(options);
  const { config, weightsPath } = await readRun(folder);
  const model = await networkModel(config.network).load(weightsPath);
  try {
    const test = await readTestData(options.data ?? config.data.folder ?? undefined);
    model.compile({ loss: toLossName(config.loss), ...backend });
    const { signal } = io;
    print(`report: ${await writeReport({ folder, model, test, ...(signal ? { signal } : {}) })}`);
  } finally {
    model.dispose();
  }
}
