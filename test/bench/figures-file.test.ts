import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepFigures, type Measured, readFigures } from '../../bench/figures-file';

const machine = {
  processor: 'a processor',
  cores: 2,
  node: 'v20',
  instructionSet: 'avx2' as const,
  peak: 100,
  peakOfAll: 200,
  threads: 2,
};

const measured = (rows: unknown): Measured => ({ date: '2026-01-02', machine, rounds: 1, quick: false, rows });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-figures-'));
});

afterAll(() => rm(folder, { recursive: true }));

test('a table that is measured again takes its own place, and the others stay', async () => {
  const file = join(folder, 'deep', 'figures.json');
  expect(readFigures(file)).toEqual({});
  await keepFigures(file, 'steps', measured([1]));
  await keepFigures(file, 'memory', measured([2]));
  await keepFigures(file, 'steps', measured([3]));
  expect(readFigures(file)).toEqual({ steps: measured([3]), memory: measured([2]) });
});

test('a file that holds something else is not taken for one without figures', async () => {
  const file = join(folder, 'torn.json');
  await writeFile(file, '{ "steps": ');
  expect(() => readFigures(file)).toThrow();
});
