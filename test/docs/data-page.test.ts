import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { codeBlocks, root } from './pages';

const run = promisify(execFile);
const blocks = codeBlocks('docs/data.md');

/** What the block of the page that has these words prints, over dist/; the types are taken out. */
async function outputOf(words: string): Promise<string> {
  const block = blocks.find(({ language, text }) => language === 'ts' && text.includes(words));
  const source = (block?.text ?? '').replace(': AsyncGenerator<StreamItem>', '').replace('type StreamItem, ', '');
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', source], { cwd: root });
  return stdout;
}

test('its parts of a data set are those that it shows', async () => {
  expect(await outputOf('stratified: true')).toBe(blocks.find(({ language }) => language === 'text')?.text);
});

test('its network learns from the stream', async () => {
  const accuracy = /accuracy: ([\d.]+)/.exec(await outputOf('streamChunks('))?.[1];
  expect(Number(accuracy)).toBeGreaterThan(0.95);
});
