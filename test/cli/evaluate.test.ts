import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../lib/cli/run-cli';
import { decodeSafetensors, encodeSafetensors } from '../../lib/formats/safetensors';
import { captureIo } from '../support/captured-output';
import { writeMnistFolder } from '../support/mnist-folder';

let folder: string;
let data: string;
let run: string;
let testLine: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-evaluate-'));
  data = join(folder, 'data');
  await writeMnistFolder(data);
  const io = captureIo();
  const out = join(folder, 'runs');
  const argv = ['train', 'two-layer', '--data', data, '--out', out, '--backend', 'reference', '--epochs', '2'];
  expect(await runCli(argv, io)).toBe(0);
  run = join(out, (await readdir(out))[0] ?? '');
  testLine = /^test: (.*)$/m.exec(io.stdout.text)?.[1] ?? '';
});

afterAll(() => rm(folder, { recursive: true }));

async function evaluate(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = captureIo();
  const code = await runCli(['evaluate', ...argv, '--backend', 'reference'], io);
  return { code, out: io.stdout.text, err: io.stderr.text };
}

test('a run folder: the same numbers as at the end of the training, on the same data', async () => {
  const { code, out, err } = await evaluate(run);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('two-layer: reference');
  expect(out).toContain(data);
  expect(out.replace(' (sse)', '')).toContain(`test: ${testLine}\n`);
});

test('a file of weights, with and without the name of its network', async () => {
  const weights = join(run, 'model.safetensors');
  for (const argv of [[], ['--network', 'two-layer']]) {
    const { code, out } = await evaluate(weights, '--data', data, '--batch-size', '3', ...argv);
    expect(code).toBe(0);
    expect(out.replace(' (sse)', '')).toContain(testLine.split(', ')[1]);
  }
});

test('another loss', async () => {
  const { out } = await evaluate(run, '--loss', 'sse');
  expect(out).toContain('(sse)');
});

describe('refuses', () => {
  test('weights of another network: the first name that does not match', async () => {
    const { code, err } = await evaluate(run, '--network', 'lenet5');
    expect([code, err]).toEqual([1, expect.stringMatching(/^laminet: .*conv2d_1\.weight.*\n$/)]);
  });

  test('a shape that does not match', async () => {
    const weights = await readFile(join(run, 'model.safetensors'));
    const { tensors, metadata } = decodeSafetensors(weights, 'x');
    const changed = new Map(tensors).set('dense_2.bias', { dtype: 'F32', shape: [5], data: new Float32Array(5) });
    const path = join(folder, 'changed.safetensors');
    await writeFile(path, encodeSafetensors(changed, metadata));
    const { code, err } = await evaluate(path, '--data', data);
    expect([code, err]).toEqual([1, expect.stringContaining('dense_2.bias')]);
  });

  test('a file that is cut', async () => {
    const path = join(folder, 'cut.safetensors');
    await writeFile(path, (await readFile(join(run, 'model.safetensors'))).subarray(0, 1000));
    const { code, err } = await evaluate(path, '--data', data, '--network', 'two-layer');
    expect([code, err]).toEqual([1, expect.stringMatching(/^laminet: .*cut\.safetensors: .*\n$/)]);
  });

  test('a file of weights that names no network', async () => {
    const { tensors } = decodeSafetensors(await readFile(join(run, 'model.safetensors')), 'x');
    const path = join(folder, 'bare.safetensors');
    await writeFile(path, encodeSafetensors(tensors));
    expect((await evaluate(path, '--data', data)).code).toBe(1);
    expect((await evaluate(path, '--data', data, '--network', 'two-layer')).code).toBe(0);
  });

  test('what is not there, or is no run', async () => {
    expect(await evaluate(join(folder, 'none'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('no such file'),
    });
    expect(await evaluate(data)).toMatchObject({ code: 1, err: expect.stringContaining('config.json') });
  });

  test('a batch size that cannot be used', async () => {
    expect(await evaluate(run, '--batch-size', '0')).toMatchObject({
      code: 1,
      err: 'laminet: --batch-size must be a whole number of at least 1, found 0\n',
    });
  });
});
