import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { codeBlocks, readPage, root } from './pages';

const run = promisify(execFile);
const page = 'docs/training.md';

/** The ts blocks of a section. */
function blocksOf(heading: string): string[] {
  const from = readPage(page).indexOf(`\n## ${heading}\n`);
  const next = readPage(page).indexOf('\n## ', from + 1);
  const to = next < 0 ? Number.POSITIVE_INFINITY : next;
  return codeBlocks(page)
    .filter(({ language, offset }) => language === 'ts' && offset > from && offset < to)
    .map(({ text }) => text);
}

async function output(source: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', source], { cwd: root });
  return stdout;
}

test('the blocks about the loop run, and learn', async () => {
  const [events = '', batches = ''] = blocksOf('The loop');
  const printed = await output(events);
  expect(printed.match(/^after \d+ images: [\d.]+$/gm)).toEqual([
    expect.stringMatching(/^after 400 /),
    expect.stringMatching(/^after 800 /),
    expect.stringMatching(/^after 1200 /),
    expect.stringMatching(/^after 1600 /),
    expect.stringMatching(/^after 2000 /),
    expect.stringMatching(/^after 2400 /),
  ]);
  const accuracies = [...printed.matchAll(/^epoch \d: ([\d.]+)$/gm)].map(([, accuracy]) => Number(accuracy));
  expect(accuracies).toHaveLength(3);
  expect(accuracies.at(-1)).toBeGreaterThan(0.7);
  const losses = (await output(batches)).trim().split('\n').map(Number);
  expect(losses).toHaveLength(10);
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
});

test('the block about stopping stops', async () => {
  const [block = ''] = blocksOf('Stopping');
  expect(await output(block)).toMatch(/^(done|stoppedEarly) \{ epoch: \d+, value: [\d.]+ \}\n$/);
});

test('the block about checkpoints runs', async () => {
  const [block = ''] = blocksOf('Checkpoints');
  const files =
    "\nimport { readdir } from 'node:fs/promises';\nconsole.log((await readdir(folder)).sort().join(' '));\n";
  expect(await output(block + files)).toBe('step-0000000030.safetensors step-0000000040.safetensors\n');
});

test('the block about pausing comes to its end', async () => {
  const [block = ''] = blocksOf('Pausing');
  expect(await output(`${block}console.log(pause.paused);`)).toBe('false\n');
});
