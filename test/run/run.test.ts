import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingEvent } from '../../lib/model/events';
import { readRun } from '../../lib/run/read-run';
import type { RunConfig } from '../../lib/run/run-record';
import { RunWriter } from '../../lib/run/run-writer';
import { summaryFileName } from '../../lib/run/summary-log';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-run-'));
});

afterEach(() => rm(folder, { recursive: true }));

const config: RunConfig = {
  laminet: '0.1.0',
  startedAt: new Date(2026, 2, 5, 14, 7, 9).toISOString(),
  network: 'lenet5',
  data: { folder: null, train: { name: 'a', count: 8 }, test: { name: 'b', count: 2 } },
  loss: 'crossEntropy',
  optimizer: 'sgd',
  learningRate: 0.05,
  batchSize: 16,
  epochs: 2,
  seed: 7,
  backend: 'reference, 1 thread',
};

const record = (epoch: number) => ({
  epoch,
  loss: 1 / epoch,
  accuracy: 0.5,
  seconds: 0.25,
  samplesPerSecond: 32,
  learningRate: 0.1,
});
const epochEvent = (epoch: number): TrainingEvent => ({ type: 'epoch', ...record(epoch) });

/** A writer whose weights are a text that counts the calls. */
function writerOf(out = folder): { writer: RunWriter; saved: string[] } {
  const saved: string[] = [];
  const saveWeights = async (path: string): Promise<void> => {
    const text = `weights ${saved.length + 1}`;
    saved.push(path);
    await writeFile(path, text);
  };
  return { writer: new RunWriter({ folder: out, config, saveWeights }), saved };
}

test('a run with two epochs', async () => {
  const { writer, saved } = writerOf();
  expect(writer.path).toBeUndefined();
  writer.listen({
    type: 'start',
    epochs: 2,
    batchSize: 16,
    samples: 8,
    stepsPerEpoch: 1,
    parameters: 1,
    backend: 'reference',
  });
  expect(await readdir(folder)).toEqual(['2026-03-05-14-07-09-lenet5']);
  writer.listen(epochEvent(1));
  writer.listen(epochEvent(2));
  const path = await writer.finish({ status: 'done', test: { loss: 0.1, accuracy: 0.9, count: 2 } });

  expect(path).toBe(join(folder, '2026-03-05-14-07-09-lenet5'));
  expect((await readdir(path)).sort()).toEqual([
    'config.json',
    'events.jsonl',
    summaryFileName(config.startedAt),
    'history.json',
    'model.safetensors',
  ]);
  const run = await readRun(path);
  expect(run.config).toEqual(config);
  expect(run.history).toEqual({
    status: 'done',
    epochs: [record(1), record(2)],
    test: { loss: 0.1, accuracy: 0.9, count: 2 },
  });
  // The weights of the second epoch came while those of the first were being written; the last call is the one that counts.
  expect(await readFile(run.weightsPath, 'utf8')).toBe(`weights ${saved.length}`);
});

test('after each epoch the folder is complete, and says that the run is under way', async () => {
  const { writer } = writerOf();
  writer.listen(epochEvent(1));
  await writer.settle();
  const run = await readRun(writer.path ?? '');
  expect(run.history).toEqual({ status: 'running', epochs: [record(1)] });
  expect(await readFile(run.weightsPath, 'utf8')).toBe('weights 1');
});

test('a run that diverged in its first epoch keeps its configuration and weights', async () => {
  const { writer } = writerOf();
  const path = await writer.finish({ status: 'diverged', failure: 'the loss is not a number' });
  const { history } = await readRun(path);
  expect(history).toEqual({ status: 'diverged', epochs: [], failure: 'the loss is not a number' });
});

test('two runs in the same second have folders of their own', async () => {
  const paths = [];
  for (let run = 0; run < 3; run++) paths.push(await writerOf().writer.finish({ status: 'done' }));
  expect(paths.map((path) => path.slice(folder.length + 1))).toEqual([
    '2026-03-05-14-07-09-lenet5',
    '2026-03-05-14-07-09-lenet5-2',
    '2026-03-05-14-07-09-lenet5-3',
  ]);
});

test('a folder that cannot be made ends the training with E_FILE', async () => {
  await writeFile(join(folder, 'file'), '');
  const { writer } = writerOf(join(folder, 'file'));
  expect(() => writer.listen(epochEvent(1))).toThrow(expect.objectContaining({ code: 'E_FILE' }));
});

test('a write that failed is thrown at the next event', async () => {
  const saveWeights = () => Promise.reject(new Error('no space'));
  const writer = new RunWriter({ folder, config, saveWeights });
  writer.listen(epochEvent(1));
  await writer.settle();
  expect(() => writer.listen(epochEvent(2))).toThrow('no space');
  await expect(writer.finish({ status: 'done' })).rejects.toThrow('no space');
});

describe('readRun refuses', () => {
  test('a folder that is not there', async () => {
    await expect(readRun(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_FILE' });
  });

  test.each([
    ['no JSON', '{'],
    ['an array', '[]'],
    ['a field that is missing', '{}'],
    ['a field of another type', JSON.stringify({ ...config, seed: '7' })],
    ['a field that is null', JSON.stringify({ ...config, data: null })],
  ])('a configuration with %s', async (_what, text) => {
    await writeFile(join(folder, 'config.json'), text);
    await expect(readRun(folder)).rejects.toMatchObject({
      code: 'E_FORMAT',
      details: expect.objectContaining({ name: join(folder, 'config.json') }),
    });
  });
});
