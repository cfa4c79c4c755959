import { type Command, Option } from 'commander';
import type { Dataset } from '../data/dataset';
import { LaminetError } from '../errors';
import { splitForValidation } from '../model/fit';
import type { NetworkDefinition } from '../networks/network';
import { NETWORKS, networkNamed } from '../networks/networks';
import { describeMachine } from '../run/machine';
import type { RunConfig } from '../run/run-record';
import { libraryVersion } from '../run/version';
import { DEFAULT_DATA, readTrainingData, recordedFolder, summarizeData } from './data';
import { checkOptimizerName, defaultRate, NAMED_OPTIMIZERS } from './optimizers';
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
import { runTraining } from './run-training';
import type { CommandContext } from './terminal';
import { addCourseOptions, type CourseOptions, checkShare, toCourse } from './training-options';
import { addPortOption, trainWatched } from './watch';

interface TrainOptions extends BackendOptions, CourseOptions {
  readonly data?: string;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly optimizer: string;
  readonly learningRate?: number;
  readonly loss?: string;
  readonly seed: number;
  readonly validation: number;
  readonly patience?: number;
  readonly evaluateEvery?: number;
  readonly evaluateOn?: number;
  readonly profile?: boolean;
  readonly out: string;
  readonly watch?: boolean;
  readonly port: number;
  /** The run folder whose weights the training begins with; the page asks for it. */
  readonly from?: string | undefined;
}

/** The settings of a run that do not depend on the data. */
type Settings = Pick<
  RunConfig,
  'epochs' | 'batchSize' | 'optimizer' | 'learningRate' | 'loss' | 'seed' | 'patience' | 'evaluation'
>;

const PICKED = 100;

const EXAMPLES = `
Networks:
${NETWORKS.map(({ name, description }) => `  ${name.padEnd(14)}${description}`).join('\n')}

Examples:
  $ laminet train lenet5
  $ laminet train lenet5 --data mnist --epochs 4 --learning-rate 0.1
  $ laminet train two-layer --loss sse --seed 7 --out results
  $ laminet train lenet5 --optimizer adam --epochs 20 --validation 0.1 --patience 3
  $ laminet train lenet5 --evaluate-every 1000 --evaluate-on 100
  $ laminet train lenet5 --json > events.jsonl
  $ laminet train lenet5 --watch

Ctrl-C stops after the step under way and writes a checkpoint; laminet resume goes on from it.`;

/** Adds `laminet train`. */
export function addTrainCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('train')
    .summary('train a network and keep it in a run folder')
    .description(
      'Trains a network, measures it on the test set, and leaves a run folder with the weights, the settings, the history and checkpoints.',
    )
    .argument('<network>', `one of ${NETWORKS.map(({ name }) => name).join(', ')}`);
  addDataOption(command, `10,000 ${DEFAULT_DATA}, 8,000 to train, 2,000 to test`);
  command
    .option('--epochs <n>', "how often to go through the data (default: the network's)", parseNumber)
    .option('--batch-size <n>', "images a step (default: the network's)", parseNumber)
    .option('--optimizer <name>', `${NAMED_OPTIMIZERS.join(', ')}`, 'sgd')
    .option(
      '--learning-rate <x>',
      "the step's factor on the gradient (default: the network's for sgd, a tenth of it with momentum, else the optimizer's)",
      parseNumber,
    );
  addLossOption(command)
    .option('--seed <n>', 'of the first weights and the order of the images', parseNumber, 0)
    .option('--validation <share>', 'of the training images that are kept to validate each epoch', parseNumber, 0)
    .option(
      '--patience <n>',
      'stop after so many epochs without a better validation loss (without validation: training loss), and take the best weights',
      parseNumber,
    )
    .option('--evaluate-every <n>', 'measure some training images whenever so many have been seen', parseNumber)
    .option('--evaluate-on <k>', `how many are picked at random for that (default: ${PICKED})`, parseNumber);
  addBackendOptions(command);
  addCourseOptions(command)
    .option('--profile', 'show where the time of the training steps went, instruction by instruction')
    .option('--out <folder>', 'where run folders are made', 'runs')
    .addOption(
      new Option(
        '--watch',
        'serve a page that shows the training and has buttons to pause, stop and train on',
      ).conflicts(['json', 'quiet']),
    );
  addPortOption(command)
    .addHelpText('after', EXAMPLES)
    .action((name: string, options: TrainOptions) => {
      if (!options.watch) return train(name, options, context);
      return trainWatched(context, options.port, (watched, order) => train(name, { ...options, ...order }, watched));
    });
}

function settle({ defaults }: NetworkDefinition, options: TrainOptions): Settings {
  const optimizer = checkOptimizerName(options.optimizer);
  const { patience, evaluateEvery, evaluateOn } = options;
  if (evaluateOn !== undefined && evaluateEvery === undefined) {
    throw new LaminetError('E_OPTION', '--evaluate-on needs --evaluate-every, found none', {
      option: '--evaluate-on',
    });
  }
  return {
    epochs: checkWhole('--epochs', options.epochs ?? defaults.epochs, 1),
    batchSize: checkWhole('--batch-size', options.batchSize ?? defaults.batchSize, 1),
    optimizer,
    learningRate: checkPositive('--learning-rate', options.learningRate ?? defaultRate(optimizer, defaults)),
    loss: toLossName(options.loss ?? defaults.loss),
    seed: checkWhole('--seed', options.seed, 0),
    ...(patience !== undefined && { patience: checkWhole('--patience', patience, 1) }),
    ...(evaluateEvery !== undefined && {
      evaluation: {
        every: checkWhole('--evaluate-every', evaluateEvery, 1),
        samples: checkWhole('--evaluate-on', evaluateOn ?? PICKED, 1),
      },
    }),
  };
}

/** Fits settings to the data: defaults shrink to a small data set; what was asked for does not. */
function fitToData(asked: Settings, whole: Dataset, options: TrainOptions): Settings & Pick<RunConfig, 'validation'> {
  const validation =
    options.validation === 0 ? {} : { validation: checkShare('--validation', options.validation, whole.count) };
  const { count } =
    validation.validation === undefined
      ? whole
      : splitForValidation(whole, { validationSplit: validation.validation }).train;
  const { evaluation } = asked;
  return {
    ...asked,
    ...validation,
    batchSize:
      options.batchSize === undefined ? Math.min(asked.batchSize, count) : checkBatchFits(asked.batchSize, count),
    ...(evaluation && {
      evaluation: {
        ...evaluation,
        samples:
          options.evaluateOn === undefined
            ? Math.min(evaluation.samples, count)
            : checkWhole('--evaluate-on', evaluation.samples, 1, count),
      },
    }),
  };
}

async function train(name: string, options: TrainOptions, context: CommandContext): Promise<void> {
  const asked = settle(networkNamed(name), options);
  const course = toCourse(options);
  const backend = toBackendOptions(options);
  const data = await readTrainingData(options.data);
  const config = {
    laminet: libraryVersion(),
    startedAt: new Date().toISOString(),
    network: name,
    ...(options.from !== undefined && { startedFrom: options.from }),
    data: {
      folder: recordedFolder(options.data),
      train: summarizeData(data.train),
      test: summarizeData(data.test),
    },
    ...fitToData(asked, data.train, options),
    machine: describeMachine(),
  };
  await runTraining(
    {
      config,
      data,
      source: options.data ?? DEFAULT_DATA,
      backend,
      folder: options.out,
      goesOn: false,
      profile: options.profile ?? false,
      ...course,
    },
    context,
  );
}
