import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { writeCifarFolder } from '../support/cifar-folder';
import { expectAlike, expectSameWords } from './alike';
import { blockBehind, codeBlocks, readPage, root } from './pages';

const run = promisify(execFile);
const LIMIT = 120_000;
const names = readdirSync(path.join(root, 'examples')).filter((name) => name.endsWith('.ts'));
const commandOf = (name: string): string => `node -r ./scripts/register-typescript.cjs examples/${name}`;

/** What an example prints, run as its first lines say: over dist/, in a process of its own. */
async function outputOf(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [...commandOf(name).split(' ').slice(1), ...args], { cwd: root });
  return stdout;
}

const shownOf = (name: string): string => blockBehind('docs/tutorial.md', commandOf(name), 'text');

/** Every share of right answers in a text, in percent. */
function percentages(text: string): number[] {
  return [...text.matchAll(/([\d.]+) %/g)].map(([, number]) => Number(number));
}

test('the tutorial goes through all examples in their order, and each is short', () => {
  const commands = codeBlocks('docs/tutorial.md').flatMap(({ language, text }) =>
    language === 'sh' ? [text.trim()] : [],
  );
  expect(names).toHaveLength(10);
  expect(commands.map((command) => command.split(' path/')[0])).toEqual(names.map(commandOf));
  for (const name of names) {
    const source = readPage(`examples/${name}`);
    expect(source).toContain(`\n//     ${commandOf(name)}`);
    expect({ name, lines: source.trimEnd().split('\n').length <= 60 }).toEqual({ name, lines: true });
  }
});

test('01: a dense network learns the digits', async () => {
  const output = await outputOf('01-first-network.ts');
  expectAlike(output, shownOf('01-first-network.ts'));
  const losses = [...output.matchAll(/^epoch \d: loss ([\d.]+)$/gm)].map((line) => Number(line[1]));
  expect([...losses].sort((a, b) => b - a)).toEqual(losses);
  expect(percentages(output).at(-1)).toBeGreaterThan(90);
});

test('02: LeNet-5 has right gradients and beats it', async () => {
  const output = await outputOf('02-convolution.ts');
  expectAlike(output, shownOf('02-convolution.ts'));
  expect(percentages(output).at(-1)).toBeGreaterThan(93);
});

test('03: a loaded network tells the digit in an image', async () => {
  const output = await outputOf('03-save-and-predict.ts');
  expectAlike(output, shownOf('03-save-and-predict.ts'));
  const [heading, ...rows] = output.trimEnd().split('\n');
  const sum = percentages(output).reduce((total, share) => total + share, 0);
  // Ten numbers, each rounded to a tenth.
  expect(Math.abs(sum - 100)).toBeLessThanOrEqual(0.5);
  expect(rows[10]).toBe(`it is a ${heading?.at(-1)}`);
});

test('04: a wrong layer is named, and learns less than a right one', async () => {
  const output = await outputOf('04-your-own-layer.ts');
  expectAlike(output, shownOf('04-your-own-layer.ts'));
  const [poor = 0, good = 0] = percentages(output);
  expect(good).toBeGreaterThan(poor);
  expect(good).toBeGreaterThan(85);
});

test('05: streams, arrays and images are learned', async () => {
  const output = await outputOf('05-your-own-data.ts');
  expectAlike(output, shownOf('05-your-own-data.ts'));
  expect(percentages(output)).toEqual([100, 100]);
});

test('06: the events of a training that stops early come in order', async () => {
  const output = await outputOf('06-watching.ts');
  expectAlike(output, shownOf('06-watching.ts'));
  const epochs = [...output.matchAll(/^epoch (\d+): /gm)].map(([, epoch]) => Number(epoch));
  expect(epochs).toEqual(epochs.map((_, index) => index + 1));
  expect(output).toContain(`stoppedEarly after ${epochs.length} epochs`);
  const [right = 0, amongThree = 0] = percentages(output).slice(-2);
  expect(right).toBeGreaterThan(85);
  expect(amongThree).toBeGreaterThan(right);
});

test('07: a resumed training has the bits of one that nothing interrupted', async () => {
  const output = await outputOf('07-checkpoints.ts');
  expectAlike(output, shownOf('07-checkpoints.ts'));
  expect(output).toContain('the same weights, bit for bit: true');
});

test(
  '08: a residual network reads digits',
  async () => {
    const output = await outputOf('08-residual-network.ts');
    expectAlike(output, shownOf('08-residual-network.ts'));
    expect(percentages(output).at(-1)).toBeGreaterThan(94);
  },
  LIMIT,
);

test(
  '09: every way to train learns',
  async () => {
    const output = await outputOf('09-optimizers.ts');
    expectAlike(output, shownOf('09-optimizers.ts'));
    expect(percentages(output)).toHaveLength(4);
    expect(Math.min(...percentages(output))).toBeGreaterThan(90);
  },
  LIMIT,
);

test(
  '10: the network for CIFAR-10 trains on a folder with its files',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'laminet-cifar-'));
    await writeCifarFolder(folder, 60);
    const output = await outputOf('10-cifar10.ts', folder);
    rmSync(folder, { recursive: true });
    // A few made-up images: what the tutorial shows is of the real ones.
    expectSameWords(output, shownOf('10-cifar10.ts'));
    const losses = [...output.matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
    expect(losses).toHaveLength(4);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  },
  LIMIT,
);
