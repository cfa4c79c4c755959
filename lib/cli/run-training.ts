import { join } from 'node:path';
import type { BackendName } from '../backends/backend';
import type { DigitsSplit } from '../data/digits';
import { LaminetError } from '../errors';
import type { Evaluation, History } from '../model/events';
import { type FitOptions, splitForValidation } from '../model/fit';
import type { Model } from '../model/model';
import { checkFit } from '../model/runner';
import { networkModel } from '../networks/networks';
import { writeReport } from '../run/report/write-report';
import { RUN_FILES, type RunConfig } from '../run/run-record';
import { type RunEnd, RunWriter } from '../run/run-writer';
import { formatEpochs } from './epochs-table';
import { namedOptimizer } from './optimizers';
import { toLossName } from './options';
import { formatProfile } from './profile-table';
import { NO_PROGRESS, type Progress, showProgress } from './progress';
import { type CommandContext, formatCount, formatLoss, formatShare, shellWord } from './terminal';

/** How a training tells of itself: in lines for people, by its result alone, or by its events as lines of JSON. */
export type OutputMode = 'lines' | 'quiet' | 'json';

/** A training that a command has been asked for, its settings checked. */
export interface TrainingRequest {
  /** What the run folder keeps; `backend` is filled in where the run is new. */
  readonly config: Omit<RunConfig, 'backend'> & { readonly backend?: string };
  readonly data: DigitsSplit;
  /** What the data are, for a person. */
  readonly source: string;
  readonly backend: { readonly threads?: number; readonly backend?: BackendName };
  /** Where run folders are made; of a run that goes on, its own. */
  readonly folder: string;
  readonly goesOn: boolean;
  /** From one checkpoint to the next. */
  readonly checkpointSeconds: number;
  readonly profile: boolean;
  readonly output: OutputMode;
}

/** A training under way. */
interface Training extends TrainingRequest {
  readonly config: RunConfig;
  readonly model: Model;
  readonly writer: RunWriter;
  /** Lines on what goes on. */
  readonly say: (line: string) => void;
  /** Lines on what came out. */
  readonly conclude: (line: string) => void;
  /** The last line of JSON. */
  readonly result: (content: object) => void;
  readonly progress: Progress;
}

const ABORTED = 130;

const toLine = (content: object): string => JSON.stringify({ time: new Date().toISOString(), ...content });

const silent = (): void => undefined;

/** Trains a network, measures it, and leaves a run folder. Errors: those of `fit`, `E_FILE`. */
export async function runTraining(request: TrainingRequest, context: CommandContext): Promise<void> {
  const { data, folder, goesOn, output } = request;
  const { network, seed, optimizer, learningRate, loss, startedFrom } = request.config;
  const model = networkModel(network, { seed });
  try {
    checkFit(model.graph, data.train, network);
    checkFit(model.graph, data.test, network);
    model.compile({
      optimizer: namedOptimizer(optimizer, learningRate),
      loss: toLossName(loss),
      ...request.backend,
    });
    if (startedFrom !== undefined) await model.load(join(startedFrom, RUN_FILES.weights));
    const config = { ...request.config, backend: request.config.backend ?? model.backendDescription };
    context.session?.begin(config);
    const onLine = output === 'json' ? { onLine: context.print } : {};
    const saveWeights = (path: string): Promise<void> => model.save(path);
    await trainAndKeep(
      {
        ...request,
        config,
        model,
        writer: new RunWriter({ folder, goesOn, config, model, saveWeights, ...onLine }),
        say: output === 'lines' ? context.print : silent,
        conclude: output === 'json' ? silent : context.print,
        result: output === 'json' ? (content) => context.print(toLine(content)) : silent,
        progress: output === 'lines' ? showProgress(context) : NO_PROGRESS,
      },
      context,
    );
  } finally {
    model.dispose();
  }
}

function printHeading({ model, data, source, config, say }: Training, { colors }: CommandContext): void {
  const { optimizer, learningRate, loss, batchSize, seed } = config;
  const parameters = formatCount(model.graph.parameterCount);
  const { train, validation } = splitForValidation(data.train, splitOf(config));
  const validated = validation ? `, ${formatCount(validation.count)} to validate` : '';
  say(`${colors().bold(model.name)}: ${parameters} parameters, ${model.backendDescription}`);
  say(`data: ${source}, ${formatCount(train.count)} to train${validated}, ${formatCount(data.test.count)} to test`);
  say(`${optimizer}, learning rate ${learningRate}, loss ${loss}, batches of ${batchSize}, seed ${seed}`);
}

/** Trains, measures, and has the writer keep what came out, however it ended. */
async function trainAndKeep(training: Training, context: CommandContext): Promise<void> {
  const { data, config, say, conclude, progress } = training;
  const { signal } = context.io;
  if (signal?.aborted) throw new LaminetError('E_ABORTED', 'stopped before the first step');
  printHeading(training, context);
  let history: History;
  try {
    history = await fitModel(training, context);
  } catch (error) {
    progress.clear();
    await keepFailure(training, error, context);
    throw error;
  }
  progress.clear();

  const { reason, epochs, best, profile } = history;
  if (reason === 'aborted') {
    conclude(`stopped after ${epochs.length} of ${config.epochs} epochs`);
    const folder = await keepEnd(training, { status: 'aborted' }, context);
    conclude(`go on with: laminet resume ${shellWord(folder)}`);
    context.exitWith(ABORTED);
    return;
  }
  if (epochs.length > 1) for (const line of formatEpochs(epochs)) say(line);
  sayBest(training, history);
  const test = await evaluateUnlessAborted(training, signal);
  if (test) {
    const accuracy = context.colors().bold(formatShare(test.accuracy));
    conclude(`test: loss ${formatLoss(test.loss)}, accuracy ${accuracy} of ${formatCount(data.test.count)} images`);
  } else context.exitWith(ABORTED);
  if (profile) for (const line of formatProfile(profile)) say(line);
  await keepEnd(training, { status: reason, ...(test && { test }), ...(best && { best }) }, context);
}

function sayBest({ config, say }: Training, { reason, epochs, best }: History): void {
  if (!best) return;
  if (reason === 'stoppedEarly') {
    say(`stopped after ${epochs.length} of ${config.epochs} epochs: none of the last ${config.patience} was better`);
  }
  say(`the weights are those of epoch ${best.epoch}, the best one`);
}

const splitOf = ({ validation }: RunConfig): Pick<FitOptions, 'validationSplit'> =>
  validation === undefined ? {} : { validationSplit: validation };

async function fitModel(training: Training, { io: { signal }, session }: CommandContext): Promise<History> {
  const { model, data, config, profile, writer, say, progress, goesOn, checkpointSeconds } = training;
  const { epochs, batchSize, evaluation, patience } = config;
  const checkpoints = join(await writer.begin(), RUN_FILES.checkpoints);
  return model.fit(data.train, {
    epochs,
    batchSize,
    ...splitOf(config),
    ...(evaluation && { evaluation }),
    ...(patience !== undefined && { earlyStopping: { patience, restoreBest: true } }),
    checkpoint: { folder: checkpoints, everySeconds: checkpointSeconds, keep: 2 },
    ...(goesOn && { resume: true }),
    profile,
    statistics: {},
    onEvent: (event) => {
      if (event.type === 'start' && goesOn && !event.resumed) say('there is no checkpoint yet: the run begins anew');
      progress.listen(event);
      session?.listen(event);
      return writer.listen(event);
    },
    ...(signal && { signal }),
    ...(session && { pause: session.pause }),
  });
}

/** Finishes the run folder and returns it. Its report has the network's predictions where the test set was measured, too. */
async function keepEnd(
  { model, data, writer, say, conclude, result }: Training,
  end: RunEnd,
  { session }: CommandContext,
): Promise<string> {
  const folder = await writer.finish(end);
  session?.end(end, folder);
  const report = await writeReport({ folder, model, ...(end.test ? { test: data.test } : {}) });
  result({ type: 'result', ...end, folder, report });
  conclude(`run folder: ${folder}`);
  say(`report: ${report}`);
  return folder;
}

/** A run that diverged keeps its last good weights; of any other, what is on the disk already. */
async function keepFailure(training: Training, error: unknown, context: CommandContext): Promise<void> {
  if (error instanceof LaminetError && error.code === 'E_DIVERGED') {
    await keepEnd(training, { status: 'diverged', failure: error.message }, context);
  } else await training.writer.settle();
}

async function evaluateUnlessAborted(
  { model, data }: Training,
  signal: AbortSignal | undefined,
): Promise<Evaluation | undefined> {
  try {
    return await model.evaluate(data.test, signal ? { signal } : {});
  } catch (error) {
    if (error instanceof LaminetError && error.code === 'E_ABORTED') return undefined;
    throw error;
  }
}
