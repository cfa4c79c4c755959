import { join } from 'node:path';
import { readFileWhole } from '../files/read-whole';
import { refuseFormat } from '../formats/format-error';
import { RUN_FILES, type RunConfig, type RunHistory } from './run-record';

/** A run folder's content; weights and events are left on the disk. */
export interface Run {
  readonly config: RunConfig;
  readonly history: RunHistory;
  readonly weightsPath: string;
  /** For `readEvents`. */
  readonly eventsPath: string;
}

const LARGEST_FILE = 2 ** 28;

/** Fields and their types, as `typeof` tells them. */
type Fields = Readonly<Record<string, 'string' | 'number' | 'object'>>;

const CONFIG_FIELDS: Fields = {
  laminet: 'string',
  startedAt: 'string',
  network: 'string',
  data: 'object',
  loss: 'string',
  optimizer: 'string',
  learningRate: 'number',
  batchSize: 'number',
  epochs: 'number',
  seed: 'number',
  backend: 'string',
};

const HISTORY_FIELDS: Fields = { status: 'string', epochs: 'object' };

/** Reads what a run folder keeps. Errors: `E_FILE` for a file that is missing, `E_FORMAT` for one that is malformed. */
export async function readRun(folder: string): Promise<Run> {
  const config = await readJson(join(folder, RUN_FILES.config), CONFIG_FIELDS);
  const history = await readJson(join(folder, RUN_FILES.history), HISTORY_FIELDS);
  return {
    config: config as unknown as RunConfig,
    history: history as unknown as RunHistory,
    weightsPath: join(folder, RUN_FILES.weights),
    eventsPath: join(folder, RUN_FILES.events),
  };
}

async function readJson(path: string, fields: Fields): Promise<Record<string, unknown>> {
  const bytes = await readFileWhole(path, LARGEST_FILE);
  const where = 'the file';
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    refuseFormat({ name: path, where, found: 'text that is not JSON', expected: 'a JSON object' }, cause);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return refuseFormat({ name: path, where, found: 'JSON that is no object', expected: 'a JSON object' });
  }
  const record = content as Record<string, unknown>;
  for (const [field, type] of Object.entries(fields)) {
    const value = record[field];
    if (typeof value !== type || value === null) {
      const found = value === undefined ? 'nothing' : JSON.stringify(value);
      refuseFormat({ name: path, where: field, found, expected: type === 'object' ? 'an object' : `a ${type}` });
    }
  }
  return record;
}
