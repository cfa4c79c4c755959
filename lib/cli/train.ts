import { join } from 'node:path';
import type { Command } from 'commander';
import type { Dataset } from '../data/dataset';
import type { DigitsSplit } from '../data/digits';
import { LaminetError } from '../errors';
import type { LossName } from '../losses/loss';
import type { Evaluation, History } from '../model/events';
import type { Model } from '../model/model';
import { checkFit } from '../model/runner';
import type { NetworkDefinition } from '../networks/network';
import { NETWORKS, networkModel, networkNamed } from '../networks/networks';
import { sgd } from '../optimizers/optimizer';
import { describeMachine } from '../run/machine';
import { writeReport } from '../run/report/write-report';
import { RUN_FILES, type RunConfig } from '../run/run-record';
import { type RunEnd, RunWriter } from '../run/run-writer';
import { libraryVersion } from '../run/version';
import { DEFAULT_DATA, readTrainingData, recordedFolder, summarizeData } from './data';
import {
  addBackendOptions,
  addDataOption,
  addLossOption,
  type BackendOptions,
  checkBatchFits,
  checkPositive,
  checkWhole,
  parseNumber,
  toBackendOptions,
  toLossName,
} from './options';
import { formatProfile } from './profile-table';
import { showProgress } from './progress';
import { type CommandContext, formatCount, formatLoss, formatShare } from './terminal';
import { addPortOption, trainWatched } from './watch';

interface TrainOptions extends BackendOptions {
  readonly data?: string;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly loss?: string;
  readonly seed: number;
  readonly profile?: boolean;
  readonly out: string;
  readonly watch?: boolean;
  readonly port: number;
  /** The run folder whose weights the training begins with; the page asks for it. */
  readonly from?: string | undefined;
}

/** The options of a run, checked, the network's defaults filled in. */
interface Settings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly loss: LossName;
  readonly seed: number;
  readonly profile: boolean;
}

const ABORTED = 130;

const EXAMPLES = `
Networks:
${NETWORKS.map(({ name, description }) => `  ${name.padEnd(14)}${description}`).join('\n')}

Examples:
  $ laminet train lenet5
  $ laminet train lenet5 --data mnist --epochs 4 --learning-rate 0.1
  $ laminet train two-layer --loss sse --seed 7 --out results
  $ laminet train lenet5 --watch`;

/** Adds `laminet train`. */
export function addTrainCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('train')
    .summary('train a network and keep it in a run folder')
    .description(
      'Trains a network by plain gradient descent, measures it on the test set, and leaves a run folder with the weights, the settings and the history.',
    )
    .argument('<network>', `one of ${NETWORKS.map(({ name }) => name).join(', ')}`);
  addDataOption(command, `10,000 ${DEFAULT_DATA}, 8,000 to train, 2,000 to test`);
  command
    .option('--epochs <n>', "how often to go through the data (default: the network's)", parseNumber)
    .option('--batch-size <n>', "images a step (default: the network's)", parseNumber)
    .option('--learning-rate <x>', "the step's factor on the gradient (default: the network's)", parseNumber);
  addLossOption(command).option('--seed <n>', 'of the first weights and the order of the images', parseNumber, 0);
  addBackendOptions(command)
    .option('--profile', 'show where the time of the training steps went, instruction by instruction')
    .option('--out <folder>', 'where run folders are made', 'runs')
    .option('--watch', 'serve a page that shows the training and has buttons to pause, stop and train on');
  addPortOption(command)
    .addHelpText('after', EXAMPLES)
    .action((name: string, options: TrainOptions) => {
      if (!options.watch) return train(name, options, context);
      return trainWatched(context, options.port, (watched, order) => train(name, { ...options, ...order }, watched));
    });
}

function settle({ defaults }: NetworkDefinition, options: TrainOptions): Settings {
  return {
    epochs: checkWhole('--epochs', options.epochs ?? defaults.epochs, 1),
    batchSize: checkWhole('--batch-size', options.batchSize ?? defaults.batchSize, 1),
    learningRate: checkPositive('--learning-rate', options.learningRate ?? defaults.learningRate),
    loss: toLossName(options.loss ?? defaults.loss),
    seed: checkWhole('--seed', options.seed, 0),
    profile: options.profile ?? false,
  };
}

async function train(name: string, options: TrainOptions, context: CommandContext): Promise<void> {
  const network = networkNamed(name);
  const asked = settle(network, options);
  const backend = toBackendOptions(options);
  const data = await readTrainingData(options.data);
  // A default batch shrinks to a small data set; one that was asked for does not.
  const batchSize =
    options.batchSize === undefined
      ? Math.min(asked.batchSize, data.train.count)
      : checkBatchFits(asked.batchSize, data.train.count);
  const settings = { ...asked, batchSize };
  const model = networkModel(name, { seed: settings.seed });
  try {
    checkFit(model.graph, data.train, name);
    checkFit(model.graph, data.test, name);
    model.compile({ optimizer: sgd({ learningRate: settings.learningRate }), loss: settings.loss, ...backend });
    if (options.from !== undefined) await model.load(join(options.from, RUN_FILES.weights));
    const config: RunConfig = {
      laminet: libraryVersion(),
      startedAt: new Date().toISOString(),
      network: name,
      ...(options.from !== undefined && { startedFrom: options.from }),
      data: {
        folder: recordedFolder(options.data),
        train: summarizeData(data.train),
        test: summarizeData(data.test),
      },
      optimizer: 'sgd',
      ...settings,
      backend: model.backendDescription,
      machine: describeMachine(),
    };
    const writer = new RunWriter({ folder: options.out, saveWeights: (path) => model.save(path), model, config });
    context.session?.begin(config);
    const source = options.data ?? DEFAULT_DATA;
    await trainAndKeep({ model, data, source, settings, writer }, context);
  } finally {
    model.dispose();
  }
}

/** A training run, ready to start. */
interface Training {
  readonly model: Model;
  readonly data: DigitsSplit;
  /** What the data are, for a person. */
  readonly source: string;
  readonly settings: Settings;
  readonly writer: RunWriter;
}

function printHeading({ model, data, source, settings }: Training, { print, colors }: CommandContext): void {
  const { learningRate, loss, batchSize, seed } = settings;
  const parameters = formatCount(model.graph.parameterCount);
  print(`${colors().bold(model.name)}: ${parameters} parameters, ${model.backendDescription}`);
  print(`data: ${source}, ${formatCount(data.train.count)} to train, ${formatCount(data.test.count)} to test`);
  print(`sgd, learning rate ${learningRate}, loss ${loss}, batches of ${batchSize}, seed ${seed}`);
}

/** Trains, measures, and has the writer keep what came out, however it ended. */
async function trainAndKeep(training: Training, context: CommandContext): Promise<void> {
  const { model, data, settings, writer } = training;
  const { io, print, colors, session } = context;
  printHeading(training, context);
  const progress = showProgress(context);
  let history: History;
  try {
    history = await fitUnlessAborted(model, data.train, settings, context, (event) => {
      progress.listen(event);
      writer.listen(event);
      session?.listen(event);
    });
  } catch (error) {
    progress.clear();
    await keepFailure(training, error, context);
    throw error;
  }
  progress.clear();

  if (history.reason === 'aborted') {
    print(`stopped after ${history.epochs.length} of ${settings.epochs} epochs`);
    await keepEnd(training, { status: 'aborted' }, context);
    context.exitWith(ABORTED);
    return;
  }
  const test = await evaluateUnlessAborted(model, data.test, io.signal);
  if (test) {
    const accuracy = colors().bold(formatShare(test.accuracy));
    print(`test: loss ${formatLoss(test.loss)}, accuracy ${accuracy} of ${formatCount(test.count)} images`);
  } else context.exitWith(ABORTED);
  if (history.profile) for (const line of formatProfile(history.profile)) print(line);
  await keepEnd(training, { status: 'done', ...(test ? { test } : {}) }, context);
}

/** Finishes the run folder. Its report has the network's predictions where the test set was measured, too. */
async function keepEnd(
  { model, data, writer }: Training,
  end: RunEnd,
  { print, session }: CommandContext,
): Promise<void> {
  const folder = await writer.finish(end);
  session?.end(end, folder);
  const report = await writeReport({ folder, model, ...(end.test ? { test: data.test } : {}) });
  print(`run folder: ${folder}`);
  print(`report: ${report}`);
}

/** Trains; before the first step a signal that is aborted already ends the command as an error, since nothing is to be kept. */
function fitUnlessAborted(
  model: Model,
  data: Dataset,
  { epochs, batchSize, profile }: Settings,
  { io: { signal }, session }: CommandContext,
  onEvent: RunWriter['listen'],
): Promise<History> {
  if (signal?.aborted) throw new LaminetError('E_ABORTED', 'stopped before the first step');
  const steering = { ...(signal && { signal }), ...(session && { pause: session.pause }) };
  return model.fit(data, { epochs, batchSize, profile, onEvent, ...steering });
}

/** A run that diverged keeps its last good weights; of any other, what is on the disk already. */
async function keepFailure(training: Training, error: unknown, context: CommandContext): Promise<void> {
  if (error instanceof LaminetError && error.code === 'E_DIVERGED') {
    await keepEnd(training, { status: 'diverged', failure: error.message }, context);
  } else await training.writer.settle();
}

async function evaluateUnlessAborted(
  model: Model,
  data: Dataset,
  signal: AbortSignal | undefined,
): Promise<Evaluation | undefined> {
  try {
    return await model.evaluate(data, signal ? { signal } : {});
  } catch (error) {
    if (error instanceof LaminetError && error.code === 'E_ABORTED') return undefined;
    throw error;
  }
}
