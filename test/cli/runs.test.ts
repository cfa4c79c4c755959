import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../lib/cli/run-cli';
import { sparkline } from '../../lib/cli/sparkline';
import type { RunConfig, RunHistory } from '../../lib/run/run-record';
import { captureIo } from '../support/captured-output';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-runs-'));
});

afterEach(() => rm(folder, { recursive: true }));

const config: RunConfig = {
  laminet: '0.1.0',
  startedAt: '2026-03-05T14:07:09.000Z',
  network: 'lenet5',
  data: { folder: null, train: { name: 'a', count: 8000 }, test: { name: 'b', count: 2000 } },
  loss: 'crossEntropy',
  optimizer: 'sgd',
  learningRate: 0.2,
  batchSize: 16,
  epochs: 2,
  seed: 7,
  backend: 'reference',
};

const epochs = [1, 2].map((epoch) => ({
  epoch,
  loss: 1 / epoch,
  accuracy: 0.4 * epoch,
  seconds: 0.25,
  samplesPerSecond: 32_000,
  learningRate: 0.2,
}));
const history: RunHistory = { status: 'done', epochs, test: { loss: 0.5, accuracy: 0.7, count: 2000 } };

/** A run folder with these files; texts are written as they are. */
async function writeRun(name: string, files: { config?: object | string; history?: object | string }): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  for (const [file, content] of Object.entries({ config, history, ...files })) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(join(path, `${file}.json`), text);
  }
  return path;
}

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = captureIo();
  const code = await runCli(argv, io);
  return { code, out: io.stdout.text, err: io.stderr.text };
}

const validated = { loss: 0.75, accuracy: 0.65, count: 100 };

describe('laminet runs', () => {
  test('lists them, the newest first', async () => {
    await writeRun('old', {});
    await writeRun('new', {
      config: { ...config, startedAt: '2026-03-06T01:02:03.000Z', network: 'two-layer', epochs: 9 },
      history: { status: 'stoppedEarly', epochs: epochs.map((epoch) => ({ ...epoch, validation: validated })) },
    });
    await writeRun('cut', {
      config: { ...config, startedAt: '2026-03-04' },
      history: { status: 'running', epochs: [] },
    });
    await mkdir(join(folder, 'others'));
    await writeFile(join(folder, 'notes.txt'), 'mine');
    const { code, out, err } = await run('runs', folder);
    expect([code, err]).toEqual([0, '']);
    const [heads, ...lines] = out.trimEnd().split('\n');
    expect(heads?.split(/ {2,}/)).toEqual(['run', 'network', 'status', 'epochs', 'best', 'test', 'time', 'started']);
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      [join(folder, 'new'), 'two-layer', 'stopped early', '2/9', '65.00 %', '0.50 s', '2026-03-06 01:02'],
      [join(folder, 'old'), 'lenet5', 'done', '2/2', '80.00 %', '70.00 %', '0.50 s', '2026-03-05 14:07'],
      [join(folder, 'cut'), 'lenet5', 'running', '0/2', '0.00 s', '2026-03-04 00:00'],
    ]);
    const json = JSON.parse((await run('runs', folder, '--json')).out);
    expect(json.map(({ bestAccuracy }: { bestAccuracy: unknown }) => bestAccuracy)).toEqual([0.65, 0.8, null]);
    expect(json[1]).toMatchObject({ folder: join(folder, 'old'), epochs: 2, testAccuracy: 0.7, seconds: 0.5 });
  });

  test.each<[string, { config?: object | string; history?: object | string }, RegExp]>([
    ['no JSON', { config: '{' }, /config.json: the file: found text that is not JSON/],
    ['a list', { history: '[]' }, /history.json: the file: found JSON that is no object/],
    ['no data', { config: { ...config, data: undefined } }, /config.json: data: found nothing, expected an object/],
    ['no count', { config: { ...config, data: { ...config.data, test: {} } } }, /data.test.name: found nothing/],
    ['a date that is none', { config: { ...config, startedAt: 'once' } }, /startedAt: found "once", expected a time/],
    ['epochs that are no list', { history: { status: 'done', epochs: {} } }, /history.json: epochs: found \{\}/],
    [
      'an epoch without loss',
      { history: { status: 'done', epochs: [{ epoch: 1 }] } },
      /epochs: found \[\{"epoch":1\}\]/,
    ],
    ['a test of words', { history: { ...history, test: 'good' } }, /history.json: test: found "good"/],
    ['a patience of words', { config: { ...config, patience: 'long' } }, /patience: found "long"/],
  ])('names a run with %s in one sentence, and lists the others', async (_what, files, sentence) => {
    await writeRun('good', {});
    await writeRun('bad', files);
    const { code, out, err } = await run('runs', folder);
    expect(code).toBe(0);
    expect(out).toContain(join(folder, 'good'));
    expect(out).not.toContain(join(folder, 'bad'));
    expect(err).toMatch(sentence);
    expect(err.trimEnd()).toMatch(/^laminet: [^\n]+$/);
    expect((await run('compare', join(folder, 'good'), join(folder, 'bad'))).err).toMatch(sentence);
  });

  test('a loss that was not finite, null in JSON, is no fault', async () => {
    const lost = [{ ...epochs[0], validation: { ...validated, loss: null } }];
    const path = await writeRun('lost', { history: { status: 'done', epochs: lost } });
    expect((await run('runs', folder)).err).toBe('');
    expect((await run('compare', path, path)).code).toBe(0);
  });

  test('says where there are none, or no folder', async () => {
    expect((await run('runs', folder)).out).toBe(`there are no runs in ${folder}\n`);
    const { code, err } = await run('runs', join(folder, 'none'));
    expect([code, err]).toEqual([1, expect.stringMatching(/^laminet: cannot list .*none: there is no such file/)]);
  });
});

describe('laminet compare', () => {
  test('settings side by side, what differs marked, and the curves', async () => {
    const a = await writeRun('a', {});
    const b = await writeRun('b', {
      config: { ...config, optimizer: 'adam', epochs: 1 },
      history: { status: 'aborted', epochs: [epochs[0]] },
    });
    const { code, out, err } = await run('compare', a, b);
    expect([code, err]).toEqual([0, '']);
    expect(out.startsWith(`A  ${a}\nB  ${b}\n\n`)).toBe(true);
    const rows = out.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(rows).toContainEqual(['*', 'optimizer', 'sgd', 'adam']);
    expect(rows).toContainEqual(['network', 'lenet5', 'lenet5']);
    expect(rows).toContainEqual(['status', 'done', 'aborted']);
    expect(out).toContain('\nloss\nepoch       A      B\n    1   1.000  1.000\n    2  0.5000\nA  █▁\nB  █\n');
    expect(out).toContain(
      '\naccuracy\nepoch        A        B\n    1  40.00 %  40.00 %\n    2  80.00 %\nA  ▁█\nB  ▁\n',
    );
    expect(out).not.toContain('validation');
  });

  test('of one run, or of none, is refused', async () => {
    const a = await writeRun('a', {});
    expect(await run('compare', a)).toEqual({
      code: 1,
      out: '',
      err: 'laminet: compare takes two runs or more, found 1\n',
    });
    expect((await run('compare')).code).toBe(2);
  });
});

test('bars from the lowest to the highest value', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 0, 7)).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([1, Number.NaN, 1], 1, 1)).toBe('▁ ▁');
});
