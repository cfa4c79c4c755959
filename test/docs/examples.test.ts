import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(__dirname, '../..');
const run = promisify(execFile);

/** What an example prints, run as its first lines say: over dist/, in a process of its own. */
async function outputOf(name: string): Promise<string> {
  const args = ['-r', './scripts/register-typescript.cjs', `examples/${name}`];
  const { stdout } = await run(process.execPath, args, { cwd: root });
  return stdout;
}

/** The last number before ` %` in a text. */
function lastPercentage(text: string): number {
  return Number(/([\d.]+) %(?!.*[\d.]+ %)/s.exec(text)?.[1]);
}

test('every example is tested here', () => {
  expect(readdirSync(path.join(root, 'examples'))).toEqual([
    '01-first-network.ts',
    '02-convolution.ts',
    '03-save-and-predict.ts',
    '04-your-own-layer.ts',
    // Tested in test/service/example.test.ts.
    'service',
  ]);
});

test('01: a dense network learns the digits', async () => {
  const output = await outputOf('01-first-network.ts');
  expect(output).toMatch(/^dense_1 {4}100 +102,500/m);
  const losses = [...output.matchAll(/^epoch \d: loss ([\d.]+)$/gm)].map((line) => Number(line[1]));
  expect(losses).toHaveLength(3);
  expect([...losses].sort((a, b) => b - a)).toEqual(losses);
  expect(output).toMatch(/% of 2000 digits are right$/m);
  expect(lastPercentage(output)).toBeGreaterThan(90);
});

test('02: LeNet-5 has right gradients and beats it', async () => {
  const output = await outputOf('02-convolution.ts');
  expect(output).toMatch(/^total +51,902/m);
  expect(output).toContain('gradients of 8 layers are right');
  expect(lastPercentage(output)).toBeGreaterThan(93);
});

test('03: a loaded network tells the digit in an image', async () => {
  const output = await outputOf('03-save-and-predict.ts');
  const [heading, ...rows] = output.trimEnd().split('\n');
  expect(heading).toMatch(/^digits: 1 x 10 probabilities for a \d$/);
  const probabilities = rows.slice(0, 10).map((row) => Number(/^\d +([\d.]+) %/.exec(row)?.[1]));
  // Ten numbers, each rounded to a tenth.
  expect(Math.abs(probabilities.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThanOrEqual(0.5);
  expect(rows[10]).toBe(`it is a ${heading?.at(-1)}`);
});

test('04: a wrong layer is named, and learns less than a right one', async () => {
  const output = await outputOf('04-your-own-layer.ts');
  const [wrong, poor, right, good] = output.trimEnd().split('\n');
  expect(wrong).toBe('wrongLinearize: gradients wrong in wrongLinearize_1');
  expect(right).toBe('rightLinearize: gradients right');
  const accuracy = (line = ''): number => Number(/accuracy ([\d.]+) % after an epoch$/.exec(line)?.[1]);
  expect(accuracy(good)).toBeGreaterThan(accuracy(poor));
  expect(accuracy(good)).toBeGreaterThan(85);
});
