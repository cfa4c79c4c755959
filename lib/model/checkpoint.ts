import { createHash } from 'node:crypto';
import { LaminetError } from '../errors';
import { refuseFormat } from '../formats/format-error';
import { encodeSafetensors, type SafetensorsFile, type SafetensorsTensor } from '../formats/safetensors';
import type { FloatArray } from '../tensor/storage';
import { type CheckpointState, isCheckpointState, parseExact, printExact } from './checkpoint-state';
import { describeGraph } from './description';
import { firstDifference } from './first-difference';
import type { Graph } from './graph';
import type { OptimizerState } from './optimizer-state';
import type { ParameterStore } from './parameters';
import { assignParameters, floatTensor, parameterTensors, readTensors, TRAINING, weightsOf } from './store';
import type { TrainingSettings } from './training-settings';
import type { ObservedSteps, TrainingState } from './training-state';

/** What is trained, and how. */
export interface CheckpointedTraining {
  readonly name: string;
  readonly graph: Graph;
  readonly frozen: ReadonlySet<string>;
  readonly store: ParameterStore;
  readonly optimizerState: OptimizerState;
  readonly settings: TrainingSettings;
  /** The options of `compile` as JSON, where they can be described. */
  readonly compile: string | undefined;
}

/** How the content of checkpoints is laid out; another number where that changes. */
const LAYOUT = 1;

/** The SHA-256 of everything that a file says, but for the sum itself. */
export function contentSum({ tensors, metadata }: SafetensorsFile): string {
  const hash = createHash('sha256');
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name) as SafetensorsTensor;
    hash.update(JSON.stringify([name, dtype, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  for (const key of Object.keys(metadata).sort()) {
    if (key !== 'sha256') hash.update(JSON.stringify([key, metadata[key]]));
  }
  return hash.digest('hex');
}

function observedTensors({ losses, correct, penalties, results }: ObservedSteps): [string, SafetensorsTensor][] {
  const parts: [string, FloatArray][] = [
    ['losses', losses],
    ['correct', correct],
    ...(penalties ? [['penalties', penalties] as [string, FloatArray]] : []),
    ...results.map((rows, index): [string, FloatArray] => [`results.${index}`, rows]),
  ];
  return parts.map(([name, values]) => [`${TRAINING}${name}`, floatTensor(values)]);
}

/**
 * A checkpoint's bytes: a weight file, as `model.save` writes it, with the state of the training beside the weights and a sum
 * of everything.
 * @param observed what the steps of the epoch under way have said
 */
export function encodeCheckpoint(
  { name, graph, frozen, store, optimizerState, settings, compile }: CheckpointedTraining,
  state: TrainingState,
  observed: ObservedSteps | undefined,
): Uint8Array {
  const { epoch, step, seconds, schedule, stopping, best, epochs, evaluations } = state;
  const tensors = parameterTensors(graph, store.values);
  const put = (key: string, values: FloatArray): void => void tensors.set(`${TRAINING}${key}`, floatTensor(values));
  put('optimizer', optimizerState.values);
  if (best) {
    put('best', best.values);
    put('bestOptimizer', best.state);
  }
  if (observed && step > 0) for (const [key, tensor] of observedTensors(observed)) tensors.set(key, tensor);
  const kept: CheckpointState = {
    epoch,
    step,
    seconds,
    updates: optimizerState.steps,
    ...(schedule && { schedule }),
    ...(stopping && { stopping }),
    ...(best && { bestUpdates: best.steps }),
    epochs,
    evaluations,
  };
  const network = describeGraph(name, graph, frozen);
  const training = printExact({ layout: LAYOUT, settings, state: kept });
  const metadata = { format: 'laminet', network, ...(compile !== undefined && { compile }), training };
  return encodeSafetensors(tensors, { ...metadata, sha256: contentSum({ tensors, metadata }) });
}

/** The training's part of a checkpoint that is whole. Error: `E_FORMAT`. */
export function readTraining(path: string, file: SafetensorsFile): { settings: unknown; state: CheckpointState } {
  const { training, sha256 } = file.metadata;
  if (training === undefined) {
    refuseFormat({ name: path, where: 'the metadata', found: 'no training', expected: 'a checkpoint of `fit`' });
  }
  const sum = contentSum(file);
  if (sum !== sha256) {
    refuseFormat({ name: path, where: 'the content', found: `the SHA-256 ${sum}`, expected: `${sha256}` });
  }
  const content = parseExact(path, training) as { layout?: unknown; settings?: unknown; state?: unknown } | null;
  if (content?.layout !== LAYOUT) {
    refuseFormat({
      name: path,
      where: 'the training, layout',
      found: JSON.stringify(content?.layout) ?? 'nothing',
      expected: `${LAYOUT}`,
    });
  }
  const { settings, state } = content;
  if (!isCheckpointState(state)) {
    refuseFormat({
      name: path,
      where: 'the training, state',
      found: 'members that are missing or have other types',
      expected: 'what `fit` writes',
    });
  }
  return { settings, state };
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

/** Throws where a checkpoint was made by another training, naming what differs first. */
function checkSettings(path: string, saved: unknown, settings: TrainingSettings): void {
  const difference = firstDifference(saved, parseExact(path, printExact(settings)));
  if (!difference) return;
  const { path: setting, first, second } = difference;
  throw new LaminetError(
    'E_OPTION',
    `cannot resume from ${path}: there ${setting} is ${shown(first)}, but in this training it is ${shown(second)}`,
    { path, setting, expected: first, found: second },
  );
}

/** What the epoch of a training program looks like. */
export interface EpochForm {
  /** Of an epoch. */
  readonly steps: number;
  readonly stepsPerUpdate: number;
  readonly samples: number;
  readonly batchSize: number;
  readonly penalized: boolean;
  /** Numbers a sample, for each result. */
  readonly resultSizes: readonly number[];
}

/**
 * Takes up a checkpoint: puts its numbers into the model and returns the state to go on from. Nothing changes unless all of
 * the file is right.
 * Errors: `E_FILE`; `E_FORMAT` for a malformed or damaged file, or one that is no checkpoint; `E_OPTION` where it was made by
 * another training, naming the first thing that differs; `E_SHAPE` where tensors do not fit.
 */
export async function resumeFrom(
  path: string,
  { name, store, optimizerState, settings }: CheckpointedTraining,
  form: EpochForm,
): Promise<TrainingState> {
  const file = await readTensors(path);
  const { settings: saved, state } = readTraining(path, file);
  checkSettings(path, saved, settings);
  const take = (key: string, like: FloatArray | undefined, length: number): FloatArray => {
    const { dtype, data } = file.tensors.get(`${TRAINING}${key}`) ?? {};
    const expected = like && like.BYTES_PER_ELEMENT === 4 ? 'F32' : 'F64';
    if (data && dtype === expected && data.length === length) return data as FloatArray;
    const found = data ? `${data.length} numbers of ${dtype}` : 'nothing';
    return refuseFormat({
      name: path,
      where: `${TRAINING}${key}`,
      found,
      expected: `${length} numbers of ${expected}`,
    });
  };
  const { epoch, step, seconds, updates, schedule, stopping, bestUpdates, epochs, evaluations } = state;
  const endsUpdate = step % form.stepsPerUpdate === 0 || step === form.steps;
  if (step > form.steps || !endsUpdate || epochs.length !== epoch - 1) {
    refuseFormat({
      name: path,
      where: 'the training, state',
      found: `step ${step} of epoch ${epoch}, with ${epochs.length} epochs behind it`,
      expected: `the end of an update within the ${form.steps} steps of an epoch, and a record of each before it`,
    });
  }
  const optimizer = take('optimizer', optimizerState.values, optimizerState.values.length);
  const best = bestUpdates !== undefined && {
    values: take('best', store.values, store.values.length),
    state: take('bestOptimizer', optimizerState.values, optimizerState.values.length),
    steps: bestUpdates,
  };
  const samples = Math.min(step * form.batchSize, form.samples);
  const observed: ObservedSteps | undefined =
    step === 0
      ? undefined
      : {
          losses: take('losses', undefined, step) as Float64Array,
          correct: take('correct', undefined, step) as Float64Array,
          ...(form.penalized && { penalties: take('penalties', undefined, step) as Float64Array }),
          results: form.resultSizes.map((size, index) => take(`results.${index}`, store.values, size * samples)),
        };
  assignParameters(path, weightsOf(file), name, store);
  optimizerState.values.set(optimizer);
  optimizerState.steps = updates;
  return {
    epoch,
    step,
    seconds,
    ...(observed && { observed }),
    schedule,
    stopping,
    best: best || undefined,
    epochs: [...epochs],
    evaluations: [...evaluations],
  };
}
