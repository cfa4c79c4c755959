import type { Command } from 'commander';
import { isFolder } from '../files/folder';
import type { LossName } from '../losses/loss';
import { loadModel } from '../model/load-model';
import type { Model } from '../model/model';
import { NETWORKS, networkModel } from '../networks/networks';
import { type Run, readRun } from '../run/read-run';
import { readTestData } from './data';
import {
  addBackendOptions,
  addDataOption,
  addLossOption,
  type BackendOptions,
  checkWhole,
  parseNumber,
  toBackendOptions,
  toLossName,
} from './options';
import { type CommandContext, formatCount, formatLoss, formatShare } from './terminal';

interface EvaluateOptions extends BackendOptions {
  readonly data?: string;
  readonly network?: string;
  readonly loss?: string;
  readonly batchSize?: number;
}

const EXAMPLES = `
Examples:
  $ laminet evaluate runs/2026-03-05-14-07-09-lenet5
  $ laminet evaluate runs/2026-03-05-14-07-09-lenet5 --data mnist
  $ laminet evaluate model.safetensors --network lenet5 --loss logistic`;

/** Adds `laminet evaluate`. */
export function addEvaluateCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('evaluate')
    .summary('measure trained weights on the test set')
    .description('Prints the loss and the accuracy of a trained network on the test set.')
    .argument('<run-or-weights>', 'a run folder, or a .safetensors file of weights');
  addDataOption(command, "the run's, else 2,000 digits of MNIST's training set");
  command.option('--network <name>', 'the network that the weights are for (default: what the run or the file says)');
  addLossOption(command).option('--batch-size <n>', 'images a step; the result does not depend on it', parseNumber);
  addBackendOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((path: string, options: EvaluateOptions) => evaluate(path, options, context));
}

async function evaluate(path: string, options: EvaluateOptions, { io, print, colors }: CommandContext): Promise<void> {
  const backend = toBackendOptions(options);
  const batchSize = options.batchSize === undefined ? undefined : checkWhole('--batch-size', options.batchSize, 1);
  const asked = options.loss === undefined ? undefined : toLossName(options.loss);
  const run = (await isFolder(path)) ? await readRun(path) : undefined;
  const model = await openModel(run?.weightsPath ?? path, options.network ?? run?.config.network);
  try {
    const data = await readTestData(options.data ?? run?.config.data.folder ?? undefined);
    const loss = asked ?? defaultLoss(model.name, run);
    model.compile({ loss, ...backend });
    const { signal } = io;
    const result = await model.evaluate(data, {
      ...(batchSize === undefined ? {} : { batchSize }),
      ...(signal ? { signal } : {}),
    });
    const accuracy = colors().bold(formatShare(result.accuracy));
    print(`${colors().bold(model.name)}: ${model.backendDescription}`);
    print(`data: ${data.name}`);
    print(
      `test: loss ${formatLoss(result.loss)} (${loss}), accuracy ${accuracy} of ${formatCount(result.count)} images`,
    );
  } finally {
    model.dispose();
  }
}

/** The network of that name with these weights; without a name the network that the file describes. */
function openModel(weights: string, name: string | undefined): Promise<Model> {
  if (name === undefined) return loadModel(weights, { compile: false });
  return networkModel(name).load(weights);
}

function defaultLoss(network: string, run: Run | undefined): LossName {
  if (run) return toLossName(run.config.loss);
  return NETWORKS.find(({ name }) => name === network)?.defaults.loss ?? 'crossEntropy';
}
