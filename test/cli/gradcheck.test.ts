import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../lib/cli/run-cli';
import { dense } from '../../lib/layers/dense';
import { sequential } from '../../lib/model/sequential';
import { captureIo } from '../support/captured-output';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-gradcheck-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function gradcheck(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = captureIo();
  const code = await runCli(['gradcheck', ...argv], io);
  return { code, out: io.stdout.text, err: io.stderr.text };
}

/** A module whose network has the bug of the post: its linearize hands back its own output in the backward step. */
async function writeNetwork(name: string, gradient: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(
    path,
    `const { conv2d } = require('${process.cwd()}/lib/layers/conv2d');
const { dense } = require('${process.cwd()}/lib/layers/dense');
const { flatten } = require('${process.cwd()}/lib/layers/flatten');
const { sequential } = require('${process.cwd()}/lib/model/sequential');
const { reshape } = require('${process.cwd()}/lib/ops/reshape');
const op = { ...reshape, gradient: ${gradient} };
const linearize = {
  ...flatten(),
  kind: 'linearize',
  build: ([c, h, w]) => ({
    outputShape: [c * h * w],
    parameters: [],
    flops: 0,
    emit: (emitter, input) => emitter.emit(op, [input], { shape: [c * h * w] }),
  }),
};
const layers = [conv2d({ filters: 2, kernelSize: 3 }), linearize, dense({ units: 3 })];
module.exports = sequential(layers, { inputShape: [1, 5, 5], name: 'mine' });
`,
  );
  return path;
}

test('a network by name: a row a tensor, of each layer and of the whole, and exit code 0', async () => {
  const { code, out, err } = await gradcheck('two-layer', '--elements', '3');
  expect([code, err]).toEqual([0, '']);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^layer {6}tensor {10}largest relative error {2}verdict$/);
  expect(lines.slice(1, -1).map((line) => line.split(/ +/).slice(0, -2).join(' '))).toEqual([
    'flatten_1 input',
    'dense_1 input',
    ' dense_1.weight',
    ' dense_1.bias',
    'dense_2 input',
    ' dense_2.weight',
    ' dense_2.bias',
    'network input',
    ' dense_1.weight',
    ' dense_1.bias',
    ' dense_2.weight',
    ' dense_2.bias',
  ]);
  for (const line of lines.slice(1, -1)) expect(line).toMatch(/ (0|\d\.\de-\d+) {2}right$/);
  expect(lines.at(-1)).toBe('every gradient is right');
});

test('the bug of the post: the layer is named, with what it gives and what it should, and exit code 1', async () => {
  const path = await writeNetwork(
    'wrong.cjs',
    'context => context.give(0, "reshape", [context.outputs[0]], context.geometry)',
  );
  const { code, out, err } = await gradcheck(path);
  expect([code, err]).toEqual([1, '']);
  expect(out).toMatch(/^linearize_1 {2}input +\d\S+ {2}wrong$/m);
  expect(out).toMatch(/^conv2d_1 {5}input +\S+ {2}right$/m);
  expect(out.trimEnd().split('\n').at(-1)).toMatch(
    /^the gradients of linearize_1 are wrong: for element \d+ of input the backward step gives -?\d\S*, differences give -?\d\S*$/,
  );
});

test('the same layer written right is found right', async () => {
  const path = await writeNetwork('right.cjs', 'reshape.gradient');
  expect(await gradcheck(path)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^linearize_1 {2}input +\S+ {2}right$/m),
  });
});

test('--json gives the same as data', async () => {
  const path = await writeNetwork('wrong.cjs', 'undefined');
  const { code, out } = await gradcheck(path, '--json', '--samples', '1', '--elements', '2', '--seed', '5');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    name: 'mine',
    seed: 5,
    samples: 1,
    elements: 2,
    ok: false,
    guilty: ['linearize_1'],
    layers: [
      { layer: 'conv2d_1', ok: true },
      { layer: 'linearize_1', ok: false },
      { layer: 'dense_1', ok: true },
    ],
  });
});

test('a model file', async () => {
  const path = join(folder, 'saved.safetensors');
  const model = sequential([dense({ units: 2 })], { inputShape: [3], name: 'saved' });
  await model.save(path);
  model.dispose();
  expect(await gradcheck(path)).toMatchObject({ code: 0, out: expect.stringContaining('dense_1.weight') });
});

test.each([
  ['--elements 0', '--elements must be a whole number of at least 1, found 0'],
  ['--samples 1.5', '--samples must be a whole number of at least 1, found 1.5'],
  ['--seed -1', '--seed must be a whole number from 0 to 2^53 - 1, found -1'],
])('%s is refused', async (options, sentence) => {
  expect(await gradcheck('two-layer', ...options.split(' '))).toEqual({
    code: 1,
    out: '',
    err: `laminet: ${sentence}\n`,
  });
});

describe('what is no network is refused in a sentence:', () => {
  test('a module that exports something else', async () => {
    const path = join(folder, 'other.cjs');
    await writeFile(path, 'module.exports = { layers: [] };');
    const sentence = `${path}: expected a module whose default export is a model of this library`;
    expect(await gradcheck(path)).toEqual({ code: 1, out: '', err: `laminet: ${sentence}\n` });
  });

  test('a module that fails', async () => {
    const path = join(folder, 'failing.cjs');
    await writeFile(path, 'throw new Error("no luck");');
    const sentence = `${path}: the module cannot be loaded: no luck`;
    expect(await gradcheck(path)).toEqual({ code: 1, out: '', err: `laminet: ${sentence}\n` });
  });

  test('an empty folder', async () => {
    const { code, err } = await gradcheck(folder);
    expect([code, err]).toEqual([
      1,
      `laminet: cannot read ${join(folder, 'config.json')}: there is no such file or folder\n`,
    ]);
  });

  test('a name of nothing', async () => {
    const { code, err } = await gradcheck('lenet');
    expect(code).toBe(1);
    expect(err).toMatch(/^laminet: there is no network "lenet"; there are two-layer, /);
  });
});

test('Ctrl-C ends it', async () => {
  const io = captureIo({ signal: AbortSignal.abort() });
  expect(await runCli(['gradcheck', 'lenet5'], io)).toBe(130);
  expect(io.stderr.text).toBe('laminet: the gradient check was stopped\n');
});
