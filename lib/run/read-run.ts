import { join } from 'node:path';
import { readFileWhole } from '../files/read-whole';
import { refuseFormat } from '../formats/format-error';
import { isEpochRecord, isEvaluation } from '../model/checkpoint-state';
import { RUN_FILES, type RunConfig, type RunHistory } from './run-record';

/** A run folder's content; weights, events and checkpoints are left on the disk. */
export interface Run {
  readonly config: RunConfig;
  readonly history: RunHistory;
  readonly weightsPath: string;
  /** For `readEvents`. */
  readonly eventsPath: string;
  /** The folder of the checkpoints, if there are any. */
  readonly checkpointsPath: string;
}

const LARGEST_FILE = 2 ** 28;

/** What a value must be: the words for it, and the test. */
interface Kind {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Kind = { expected: 'a string', holds: (value) => typeof value === 'string' };
const number: Kind = { expected: 'a number', holds: isNumber };
const object: Kind = { expected: 'an object', holds: isObject };
const count: Kind = {
  expected: 'a whole number of at least 0',
  holds: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
};
const textOrNull: Kind = { expected: 'a string or null', holds: (value) => value === null || text.holds(value) };
const time: Kind = {
  expected: 'a time, ISO 8601',
  holds: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};
const epochRecords: Kind = {
  expected: 'a list of epochs, each with epoch, loss, accuracy, seconds, samplesPerSecond and learningRate',
  holds: (value) => Array.isArray(value) && value.every(isEpochRecord),
};
const evaluation: Kind = { expected: 'an object with loss, accuracy and count', holds: isEvaluation };
const isMissingOr = ({ expected, holds }: Kind): Kind => ({
  expected,
  holds: (value) => value === undefined || holds(value),
});

/** Fields by their paths; what holds a field comes before it. */
type Fields = Readonly<Record<string, Kind>>;

const CONFIG_FIELDS: Fields = {
  laminet: text,
  startedAt: time,
  network: text,
  data: object,
  'data.folder': textOrNull,
  'data.train': object,
  'data.train.name': text,
  'data.train.count': count,
  'data.test': object,
  'data.test.name': text,
  'data.test.count': count,
  loss: text,
  optimizer: text,
  learningRate: number,
  batchSize: count,
  epochs: count,
  seed: count,
  validation: isMissingOr(number),
  evaluation: isMissingOr(object),
  'evaluation.every': isMissingOr(count),
  'evaluation.samples': isMissingOr(count),
  patience: isMissingOr(count),
  backend: text,
  machine: isMissingOr(object),
};

const HISTORY_FIELDS: Fields = {
  status: text,
  epochs: epochRecords,
  test: isMissingOr(evaluation),
  best: isMissingOr(object),
  failure: isMissingOr(text),
};

/** Reads what a run folder keeps. Errors: `E_FILE` for a file that is missing, `E_FORMAT` for one that is malformed. */
export async function readRun(folder: string): Promise<Run> {
  const config = await readJson(join(folder, RUN_FILES.config), CONFIG_FIELDS);
  // JSON has no word for a loss that is not finite, and writes null.
  const history = await readJson(join(folder, RUN_FILES.history), HISTORY_FIELDS, (value) => value ?? Number.NaN);
  return {
    config: config as unknown as RunConfig,
    history: history as unknown as RunHistory,
    weightsPath: join(folder, RUN_FILES.weights),
    eventsPath: join(folder, RUN_FILES.events),
    checkpointsPath: join(folder, RUN_FILES.checkpoints),
  };
}

async function readJson(
  path: string,
  fields: Fields,
  revive: (value: unknown) => unknown = (value) => value,
): Promise<Record<string, unknown>> {
  const bytes = await readFileWhole(path, LARGEST_FILE);
  const where = 'the file';
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(bytes), (_key, value: unknown) => revive(value));
  } catch (cause) {
    refuseFormat({ name: path, where, found: 'text that is not JSON', expected: 'a JSON object' }, cause);
  }
  if (!isObject(content)) {
    return refuseFormat({ name: path, where, found: 'JSON that is no object', expected: 'a JSON object' });
  }
  const record = content as Record<string, unknown>;
  for (const [field, { expected, holds }] of Object.entries(fields)) {
    const value = valueAt(record, field);
    if (!holds(value)) refuseFormat({ name: path, where: field, found: shown(value), expected });
  }
  return record;
}

function valueAt(record: Record<string, unknown>, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], record);
}

function shown(value: unknown): string {
  const words = value === undefined ? 'nothing' : JSON.stringify(value);
  return words.length > 80 ? `${words.slice(0, 77)}...` : words;
}
