import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../lib/cli/run-cli';
import { readDigits } from '../../lib/data/digits';
import { input } from '../../lib/layers/input';
import { sequential } from '../../lib/model/sequential';
import { twoLayerLayers } from '../../lib/networks/plain';
import { sgd } from '../../lib/optimizers/optimizer';
import { wrongLinearize } from '../../lib/reproduce/wrong-linearize';
import { type CapturedIo, captureIo } from '../support/captured-output';
import { expectWellFormed } from '../support/well-formed';

let folder: string;
let io: CapturedIo;
let page: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-reproduce-'));
  io = captureIo();
  const code = await runCli(['reproduce', '--quick', '--seed', '3', '--out', folder], io);
  expect([code, io.stderr.text]).toEqual([0, '']);
  page = await readFile(join(folder, 'the-post.md'), 'utf8');
}, 300_000);

afterAll(() => rm(folder, { recursive: true }));

/** The text of the page from a heading to the next one. */
function section(title: string): string {
  const parts = page.split(/^## /m).filter((part) => part.startsWith(title));
  expect({ title, parts: parts.length }).toEqual({ title, parts: 1 });
  return parts[0] ?? '';
}

/** The cells of the rows of a text's tables that begin with these words. */
function rowsOf(text: string, words: string): string[][] {
  const rows = text.split('\n').filter((line) => line.startsWith(`| ${words} |`));
  return rows.map((row) => row.slice(2, -2).split(' | '));
}

test('it has the networks, the bug and the six questions', () => {
  expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
    'The four networks',
    'A sum over the batch, or a mean',
    'The bug',
    '1. Are my results right?',
    '2. Why does the plain network beat the convolutional one?',
    '3. Why does the error explode with a slightly higher rate?',
    '4. Should weights be normalized? Are biases updated, too?',
    '5. Should there be a regularization term?',
    '6. What next?',
  ]);
  expect(page).toContain('This is a quick look at a part of the images');
  expect(page).not.toMatch(/undefined|NaN|\[object|not run/);
  expect(page).not.toContain(folder);
});

test("every picture is there, and each is well-formed; there is none that the page doesn't show", async () => {
  const shown = [...page.matchAll(/^!\[([^\]]+)\]\(the-post\/([\w-]+\.svg)\)$/gm)].map(([, alt, file]) => ({
    alt,
    file,
  }));
  expect(shown.map(({ file }) => file).sort()).toEqual((await readdir(join(folder, 'the-post'))).sort());
  expect(shown.length).toBe(8);
  for (const { alt, file = '' } of shown) {
    expect(alt).toMatch(/error and accuracy/);
    const svg = await readFile(join(folder, 'the-post', file), 'utf8');
    expectWellFormed(svg);
    expect(svg).toContain('prefers-color-scheme: dark');
  }
});

test("the post's figures stand beside ours, which are those of a run of the same settings", async () => {
  const { train, test: kept } = await readDigits();
  const layers = [input([1, 32, 32]), ...twoLayerLayers({ kernelInitializer: 'xavier' })];
  const model = sequential(layers, { seed: 3 }).compile({ loss: 'sse', optimizer: sgd({ learningRate: 0.001 }) });
  await model.fit(train.take(1000), { epochs: 2, batchSize: 1 });
  const { accuracy } = await model.evaluate(kept.take(500));
  model.dispose();
  const [row] = rowsOf(section('The four networks'), 'two-layer');
  expect(row?.slice(0, 4)).toEqual(['two-layer', '85 to 90 %', 'not told', `${(100 * accuracy).toFixed(2)} %`]);
  for (const [network, figure, time] of [
    ['one-conv', '51 %', '14 hours'],
    ['lenet5-first', 'never above 30 to 40 %', 'not told'],
    ['lenet5', '98 %, the bug mended', 'not told'],
  ] as const) {
    expect(rowsOf(section('The four networks'), network)[0]?.slice(0, 3)).toEqual([network, figure, time]);
  }
});

test('every training that was said to be made is on the page with its accuracy', () => {
  const said = [...io.stdout.text.matchAll(/^(.+): ([\d.]+ %), [\d.]+ s$/gm)];
  expect(said.length).toBeGreaterThan(35);
  // Of runs that are looked at while they train, the page has another figure than that of the test set.
  const others = /, rate 0\.\d+$|^lenet5-first, clipped/;
  const missing = said.filter(([, title = '', accuracy = '']) => !others.test(title) && !page.includes(accuracy));
  expect(missing.map(([line]) => line)).toEqual([]);
});

describe('the bug', () => {
  test('fails the gradient check, which names the layer and nothing else', () => {
    const text = section('The bug');
    expect(text).toMatch(/the gradient check \*\*fails\*\*, and names `wrongLinearize_1`: for number \d+ of the input/);
    expect(rowsOf(text, 'wrongLinearize_1')[0]?.at(-1)).toBe('**wrong**');
    expect(rowsOf(text, 'conv2d_1')[0]?.at(-1)).toBe('right');
    expect(io.stdout.text).toContain('lenet5-first, gradient check: wrong in wrongLinearize_1\n');
  });

  test('silences the convolution before it, and costs the network what it would learn', () => {
    const text = section('The bug');
    const [first, last] = [rowsOf(text, '0')[0], rowsOf(text, '1,000')[0]];
    expect(Number(last?.[1])).toBeLessThan(Number(first?.[1]) / 4);
    const [right, wrong] = (rowsOf(text, 'one-conv')[0] ?? []).slice(1, 3).map(Number.parseFloat);
    expect(right).toBeGreaterThan(2 * (wrong ?? 0));
  });

  test('is shown for batches of several sizes, sums and means', () => {
    for (const size of ['16', '64', '100', '128']) {
      const row = rowsOf(section('The bug'), size).at(-1) ?? [];
      expect(row).toHaveLength(5);
      for (const cell of row.slice(1)) expect(cell).toMatch(/^\d+ to \d+ %$|^[\d.]+ %$/);
    }
  });

  test('is the layer that the page shows', async () => {
    const shown = /const wrongLinearize = (defineLayer\([\s\S]*?\n\}\));/.exec(section('The bug'))?.[1] ?? '';
    const backward = /backward: (.*),/.exec(shown)?.[1] ?? '';
    const call = { output: Float32Array.of(1, 2), gradInput: new Float32Array(2), gradOutput: Float32Array.of(3, 4) };
    new Function('call', `return (${backward})(call)`)(call);
    expect([...call.gradInput]).toEqual([1, 2]);
    expect(wrongLinearize.kind).toBe('wrongLinearize');
  });

  test('shows step by step where it begins', () => {
    const text = section('2.');
    expect(text).toMatch(/^first image, updated\.conv2d_1\.weight\[0\]: \S+ and \S+$/m);
    expect(rowsOf(text, 'first image, forward')[0]?.[2]).toBe(rowsOf(text, 'first image, forward')[0]?.[3]);
  });
});

test("tiny-dnn's numbers come out, and right gradients pass", () => {
  const text = section('1.');
  for (const result of ['output', 'gradient of the image', 'gradient of the kernel', 'gradient of the bias']) {
    expect(rowsOf(text, result)[0]?.at(-1)).toBe('yes');
  }
  expect(text).toContain('Of `lenet5` as it should be the gradient check **passes**');
  expect(text).not.toContain('**wrong**');
});

test('a rate that is too high explodes, in the words of the library, and a lower one does not', () => {
  const text = section('3.');
  expect(text).toMatch(
    /^the loss of step \d+ in epoch 1 is not a finite number; it began in loss, in the result of squaredError; .* the learning rate of 0\.05 is too high/m,
  );
  expect(rowsOf(text, '0.05').map((row) => row[1])).toContain('explodes');
  expect(rowsOf(text, '0.0005').map((row) => row[1])).not.toContain('explodes');
});

test('biases move away from zero, and the penalty enters the gradient by its formula', () => {
  const [bias] = rowsOf(section('4.'), 'conv2d_1.bias');
  expect(bias?.[1]).toBe('0');
  expect(Number(bias?.[2])).toBeGreaterThan(0);
  const text = section('5.');
  for (const [, , added, expected] of [0, 1, 2].map((index) => rowsOf(text, `dense_1.weight[${index}]`)[0] ?? [])) {
    expect(added).toBe(expected);
  }
  expect(text).toContain('The biases of both are the same, bit for bit.');
  const penalties = ['0.0001', '0.001', '0.01'].map((lambda) => rowsOf(text, lambda)[0]?.[3]);
  expect([...penalties].sort((a, b) => Number(b) - Number(a))).toEqual(penalties);
});

test('wrong options are refused before anything is trained', async () => {
  const refused = captureIo();
  expect(await runCli(['reproduce', '--seed', '-1'], refused)).toBe(1);
  expect(refused.stderr.text).toBe('laminet: --seed must be a whole number from 0 to 2^53 - 1, found -1\n');
  expect(refused.stdout.text).toBe('');
});

test('Ctrl-C ends it', async () => {
  const controller = new AbortController();
  const stopped = captureIo({ signal: controller.signal });
  stopped.stdout.onText = () => controller.abort();
  const out = join(folder, 'stopped');
  expect(await runCli(['reproduce', '--quick', '--out', out], stopped)).toBe(130);
  expect(stopped.stderr.text).toBe('laminet: the reproduction was stopped\n');
  await expect(readdir(out)).rejects.toThrow('ENOENT');
});
