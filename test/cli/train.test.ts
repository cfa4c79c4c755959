import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMED_OPTIMIZERS } from '../../lib/cli/optimizers';
import { runCli } from '../../lib/cli/run-cli';
import { decodeSafetensors } from '../../lib/formats/safetensors';
import { type OptimizerName, toOptimizer } from '../../lib/optimizers/optimizer';
import { readEvents } from '../../lib/run/read-events';
import { readRun } from '../../lib/run/read-run';
import { type CapturedIo, captureIo } from '../support/captured-output';
import { writeCifarFolder } from '../support/cifar-folder';
import { writeMnistFolder } from '../support/mnist-folder';

let folder: string;
let data: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-train-'));
  data = join(folder, 'data');
  out = join(folder, 'runs');
  await writeMnistFolder(data);
});

afterEach(() => rm(folder, { recursive: true }));

/** `laminet train` on the small data set. */
const train = (io: CapturedIo, ...argv: string[]): Promise<number> =>
  runCli(['train', 'two-layer', '--data', data, '--out', out, '--backend', 'reference', ...argv], io);

/** The one run folder that there is. */
async function onlyRun(): Promise<string> {
  const names = await readdir(out);
  expect(names).toHaveLength(1);
  return join(out, names[0] ?? '');
}

test('trains, measures, and leaves a run folder from which it can be repeated', async () => {
  const io = captureIo();
  expect(await train(io, '--epochs', '3', '--seed', '5', '--learning-rate', '0.1', '--batch-size', '16')).toBe(0);
  expect(io.stderr.text).toBe('');
  const path = await onlyRun();
  const lines = io.stdout.text.trimEnd().split('\n');
  expect(lines[0]).toBe('two-layer: 103,510 parameters, reference');
  expect(lines[1]).toBe(`data: ${data}, 40 to train, 10 to test`);
  expect(lines[2]).toBe('sgd, learning rate 0.1, loss sse, batches of 16, seed 5');
  for (const epoch of [1, 2, 3]) {
    const line = /^epoch \d\/3 {2}loss [\d.]+ {2}accuracy [\d.]+ % {2}[\d.]+ s {2}[\d,]+ images\/s$/;
    expect(lines[2 + epoch]).toMatch(line);
    expect(lines[2 + epoch]).toContain(`epoch ${epoch}/3`);
  }
  expect(lines[6]).toMatch(/^epoch +loss +accuracy +seconds$/);
  for (const epoch of [1, 2, 3]) {
    // The figures of the epoch's own line, once more.
    const [, loss = '', accuracy = ''] = /loss ([\d.]+) {2}accuracy ([\d.]+ %)/.exec(lines[2 + epoch] ?? '') ?? [];
    const seconds = / ([\d.]+) s /.exec(lines[2 + epoch] ?? '')?.[1];
    expect(lines[6 + epoch]?.trim().split(/ {2,}/)).toEqual([String(epoch), loss, accuracy, seconds]);
  }
  expect(lines[10]).toMatch(/^test: loss [\d.]+, accuracy [\d.]+ % of 10 images$/);
  expect(lines[11]).toBe(`run folder: ${path}`);
  expect(lines[12]).toBe(`report: ${join(path, 'report.html')}`);
  expect(lines).toHaveLength(13);

  expect((await readdir(path)).sort()).toEqual([
    'checkpoints',
    'config.json',
    'curves.png',
    'curves.svg',
    'events.jsonl',
    expect.stringMatching(/^events[.]out[.]tfevents[.]\d+[.]laminet$/),
    'history.json',
    'model.safetensors',
    'report.html',
  ]);
  const { config, history, eventsPath } = await readRun(path);
  const events = await readEvents(eventsPath);
  expect(events[0]).toMatchObject({ type: 'start', samples: 40 });
  expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(3);
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'done' });
  expect(config).toMatchObject({
    network: 'two-layer',
    data: { folder: data, train: { count: 40 }, test: { count: 10 } },
    optimizer: 'sgd',
    loss: 'sse',
    learningRate: 0.1,
    batchSize: 16,
    epochs: 3,
    seed: 5,
  });
  expect(history).toMatchObject({ status: 'done', test: { count: 10 } });
  expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
});

test('validates, looks at picked images, stops early: in lines, events and history', async () => {
  const asked = ['--validation', '0.25', '--evaluate-every', '16', '--evaluate-on', '5', '--patience', '2'];
  const io = captureIo();
  // Steps too small to change a weight: nothing gets better.
  expect(await train(io, ...asked, '--epochs', '9', '--learning-rate', '1e-30', '--batch-size', '8')).toBe(0);
  const { text } = io.stdout;
  expect(text).toContain(`data: ${data}, 30 to train, 10 to validate, 10 to test\n`);
  expect(text).toMatch(/^after 16 images {2}loss [\d.]+ {2}accuracy [\d.]+ % of 5 picked$/m);
  expect(text).toMatch(/^epoch 1\/9 .* {2}validation loss [\d.]+ {2}accuracy [\d.]+ % {2}[\d.]+ s /m);
  expect(text).toMatch(/^epoch +loss +accuracy +val[.] loss +val[.] accuracy +seconds$/m);
  expect(text).toContain('\nstopped after 3 of 9 epochs: none of the last 2 was better\n');
  expect(text).toContain('\nthe weights are those of epoch 1, the best one\n');
  const { config, history, eventsPath } = await readRun(await onlyRun());
  expect(config).toMatchObject({ validation: 0.25, evaluation: { every: 16, samples: 5 }, patience: 2 });
  expect(history).toMatchObject({ status: 'stoppedEarly', best: { epoch: 1 } });
  expect(history.epochs.map(({ validation }) => validation?.count)).toEqual([10, 10, 10]);
  const events = await readEvents(eventsPath);
  expect(events.filter(({ type }) => type === 'evaluation')).toHaveLength(5);
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'stoppedEarly' });
});

test.each(NAMED_OPTIMIZERS)('trains by %s, at a rate of its own', async (optimizer) => {
  const io = captureIo();
  expect(await train(io, '--epochs', '1', '--optimizer', optimizer, '--quiet')).toBe(0);
  const { config } = await readRun(await onlyRun());
  expect(config.optimizer).toBe(optimizer);
  const rates: Record<string, number> = { sgd: 0.1, momentum: 0.01, nesterov: 0.01 };
  expect(config.learningRate).toBe(rates[optimizer] ?? toOptimizer(optimizer as OptimizerName).learningRate);
});

describe('--json', () => {
  const parse = (text: string): Record<string, unknown>[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test('prints the lines of events.jsonl as they are, and the result', async () => {
    const io = captureIo({ terminal: true });
    expect(await train(io, '--epochs', '2', '--json')).toBe(0);
    expect(io.stderr.text).toBe('');
    const path = await onlyRun();
    const lines = io.stdout.text.split('\n');
    expect(`${lines.slice(0, -2).join('\n')}\n`).toBe(await readFile(join(path, 'events.jsonl'), 'utf8'));
    const { history } = await readRun(path);
    const { epochs: _, ...end } = history;
    expect(parse(io.stdout.text).at(-1)).toEqual({
      time: expect.any(String),
      type: 'result',
      ...end,
      folder: path,
      report: join(path, 'report.html'),
    });
  });

  test('tells of a run that diverges, too', async () => {
    const io = captureIo();
    expect(await train(io, '--learning-rate', '1e30', '--json')).toBe(1);
    expect(parse(io.stdout.text).at(-1)).toMatchObject({ type: 'result', status: 'diverged' });
    expect(io.stderr.text).toMatch(/^laminet: the loss of step/);
  });
});

test('--quiet prints the result alone', async () => {
  const io = captureIo({ terminal: true });
  expect(await train(io, '--epochs', '3', '--quiet', '--no-color')).toBe(0);
  expect(io.stderr.text).toBe('');
  expect(io.stdout.text).toMatch(/^test: loss [\d.]+, accuracy [\d.]+ % of 10 images\nrun folder: \S+\n$/);
});

test('the same seed gives the same weights, another seed others', async () => {
  const weights: string[] = [];
  for (const seed of ['1', '1', '2']) {
    expect(await train(captureIo(), '--epochs', '1', '--seed', seed)).toBe(0);
    const path = await onlyRun();
    weights.push((await readFile(join(path, 'model.safetensors'))).toString('base64'));
    await rm(out, { recursive: true });
  }
  expect(weights[1] === weights[0]).toBe(true);
  expect(weights[2] === weights[0]).toBe(false);
});

test('a folder of CIFAR-10 is known by its files', async () => {
  const cifar = join(folder, 'cifar');
  await writeCifarFolder(cifar, 1);
  const io = captureIo();
  expect(await runCli(['train', 'resnet20', '--data', cifar, '--out', out, '--epochs', '1'], io)).toBe(0);
  expect(io.stdout.text).toContain(`data: ${cifar}, 5 to train, 1 to test`);
  const other = captureIo();
  expect(await runCli(['train', 'two-layer', '--data', cifar, '--out', out], other)).toBe(1);
  expect(other.stderr.text).toContain('two-layer takes samples of 1x32x32, but those of');
});

test('a default batch is no larger than the data', async () => {
  await writeMnistFolder(data, { train: 3, test: 1 });
  const io = captureIo();
  expect(await train(io, '--epochs', '1')).toBe(0);
  expect(io.stdout.text).toContain('batches of 3');
});

describe('what is not there or does not fit: one sentence, exit code 1, nothing on the disk', () => {
  const expectFailure = async (sentence: RegExp): Promise<void> => {
    const io = captureIo();
    expect(await train(io)).toBe(1);
    expect(io.stderr.text).toMatch(sentence);
    expect(io.stderr.text.trimEnd()).not.toContain('\n');
    expect(await readdir(folder)).not.toContain('runs');
  };

  test('no data folder', async () => {
    await rm(data, { recursive: true });
    await expectFailure(/^laminet: cannot list .*data: there is no such file or folder$/m);
  });

  test('a truncated file', async () => {
    const path = join(data, 'train-images-idx3-ubyte');
    await writeFile(path, (await readFile(path)).subarray(0, -1));
    await expectFailure(/train-images-idx3-ubyte: the end, too early: found 31375 bytes, expected 31376 bytes/);
  });

  test('counts that differ', async () => {
    await writeMnistFolder(join(folder, 'other'), { train: 39 });
    await writeFile(
      join(data, 'train-labels-idx1-ubyte'),
      await readFile(join(folder, 'other', 'train-labels-idx1-ubyte')),
    );
    await expectFailure(/has 40 images, but .* has 39 labels$/m);
  });

  test('images of another size', async () => {
    await writeMnistFolder(data, { side: 20 });
    await expectFailure(/two-layer takes samples of 1x32x32, but those of .* are 1x24x24 \(1x20x20 with padding\)$/m);
  });

  test('a file where the run folders should be', async () => {
    await writeFile(out, 'mine');
    const io = captureIo();
    expect(await train(io)).toBe(1);
    expect(io.stderr.text).toMatch(/^laminet: cannot make the folder .*runs: a file of that name is there already$/m);
    expect(await readFile(out, 'utf8')).toBe('mine');
  });
});

test('a run that diverges says so and keeps its settings, history and last good weights', async () => {
  const io = captureIo();
  expect(await train(io, '--learning-rate', '1e30', '--epochs', '2')).toBe(1);
  expect(io.stderr.text).toMatch(/^laminet: the loss of step \d+ in epoch 1 is not a finite number; .*learning rate/);
  const path = await onlyRun();
  expect(io.stdout.text).toContain(`run folder: ${path}\n`);
  const { config, history, weightsPath } = await readRun(path);
  expect(config.learningRate).toBe(1e30);
  expect(history).toMatchObject({ status: 'diverged', epochs: [], failure: expect.stringContaining('not a finite') });
  const { tensors } = decodeSafetensors(await readFile(weightsPath), weightsPath);
  for (const { data: values } of tensors.values()) expect((values as Float32Array).every(Number.isFinite)).toBe(true);
});

describe('Ctrl-C', () => {
  test('keeps the weights of the last step and exits with 130', async () => {
    const controller = new AbortController();
    const io = captureIo({ signal: controller.signal });
    io.stdout.onText = (text) => {
      if (text.startsWith('epoch 2/')) controller.abort();
    };
    expect(await train(io, '--epochs', '1000')).toBe(130);
    const path = await onlyRun();
    expect(io.stdout.text).toMatch(/^stopped after [23] of 1000 epochs$/m);
    const { history, weightsPath } = await readRun(path);
    expect(history.status).toBe('aborted');
    expect(decodeSafetensors(await readFile(weightsPath), weightsPath).tensors.size).toBe(4);
  });

  test('before the first step leaves nothing', async () => {
    const io = captureIo({ signal: AbortSignal.abort() });
    expect(await train(io)).toBe(130);
    expect(io.stderr.text).toBe('laminet: stopped before the first step\n');
    expect(await readdir(folder)).toEqual(['data']);
  });
});

describe('the terminal', () => {
  const controlSequence = '\u001b[';

  test('gets a bar and colours', async () => {
    const io = captureIo({ terminal: true });
    expect(await train(io, '--epochs', '1', '--batch-size', '1')).toBe(0);
    expect(io.stderr.text).toContain('epoch 1/1');
    expect(io.stderr.text).toContain('images/s');
    expect(io.stdout.text).toContain(controlSequence);
  });

  test.each([
    ['--no-color', ['--no-color'], {}],
    ['NO_COLOR', [], { NO_COLOR: '1' }],
  ])('gets no colours with %s', async (_what, argv, env) => {
    const io = captureIo({ terminal: true, env });
    expect(await train(io, '--epochs', '1', ...argv)).toBe(0);
    expect(io.stdout.text).not.toContain(controlSequence);
  });

  test('of a CI machine gets no bar', async () => {
    const io = captureIo({ terminal: true, env: { CI: 'true' } });
    expect(await train(io, '--epochs', '1')).toBe(0);
    expect(io.stderr.text).toBe('');
  });
});

test('shows where the time went, where asked', async () => {
  const io = captureIo();
  expect(await train(io, '--epochs', '1', '--profile')).toBe(0);
  const lines = io.stdout.text.trimEnd().split('\n');
  const heading = lines.findIndex((line) => /^instruction +layer +seconds +share +GFLOP\/s$/.test(line));
  expect(lines[heading + 1]).toMatch(/^gather +input +[\d.]+ +[\d.]+ %$/);
  expect(lines.slice(heading).filter((line) => /^dense +dense_1 +[\d.]+ +[\d.]+ % +[\d.]+$/.test(line))).toHaveLength(
    1,
  );
  const shares = lines.slice(heading + 1, -2).map((line) => Number(/([\d.]+) %/.exec(line)?.[1]));
  const rounding = shares.length * 0.005;
  expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThanOrEqual(rounding);
});
