// What pages claim beside the blocks of code that they show.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { runCli } from '../../lib/cli/run-cli';
import { captureIo } from '../support/captured-output';
import { blockBehind, codeBlocks, readPage, root } from './pages';

const run = promisify(execFile);

/** The part of a page from a heading to the next one of its rank. */
function section(page: string, heading: string): string {
  const text = readPage(page);
  const from = text.indexOf(`\n${heading}\n`);
  if (from < 0) throw new Error(`${page} has no ${heading}`);
  const rank = heading.slice(0, heading.indexOf(' ') + 1);
  const to = text.indexOf(`\n${rank}`, from + 1);
  return text.slice(from, to < 0 ? undefined : to);
}

/** The tables of a text: rows of cells, without the lines under the heads. */
function tablesOf(text: string): string[][][] {
  return [...text.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) =>
    table
      .trim()
      .split('\n')
      .filter((line) => !/^[|\s:-]+$/.test(line))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
  );
}

describe('README.md', () => {
  test('its ten lines are ten', () => {
    expect(blockBehind('README.md', '## Ten lines', 'ts').trimEnd().split('\n')).toHaveLength(10);
  });

  test('its networks reach the accuracies that it names', async () => {
    const [[, ...rows] = []] = tablesOf(section('README.md', '## Networks'));
    expect(rows.map(([name]) => name)).toEqual(['`two-layer`', '`one-conv`', '`lenet5-first`', '`lenet5`']);
    const out = mkdtempSync(path.join(tmpdir(), 'laminet-claims-'));
    for (const row of rows) {
      const [name = '', accuracy = ''] = [row[0]?.replaceAll('`', ''), row.at(-1)];
      await run(process.execPath, ['dist/cli/main.js', 'train', name, '--out', out], { cwd: root });
      const [folder = ''] = readdirSync(out).filter((entry) => entry.endsWith(`-${name}`));
      const history = JSON.parse(readFileSync(path.join(out, folder, 'history.json'), 'utf8'));
      // Instruction sets round differently: a percentage point is what that may move.
      expect({ name, off: Math.abs(100 * history.test.accuracy - Number.parseFloat(accuracy)) < 1 }).toEqual({
        name,
        off: true,
      });
    }
    rmSync(out, { recursive: true });
  }, 120_000);

  test('its figures of speed are those of docs/benchmarks.md', () => {
    const [speeds = [], others = []] = tablesOf(section('README.md', '## Speed'));
    const [measured = []] = tablesOf(section('docs/benchmarks.md', '### Training lenet5'));
    const [head = [], ...rows] = speeds;
    expect(rows.map(([library]) => library)).toHaveLength(5);
    for (const [library = '', ...cells] of rows) {
      for (const [column, speed] of cells.entries()) {
        const [name, batch] = [library.split(/ \d/)[0], head[column + 1]?.replace('batch ', '')];
        const found = measured.find((row) => row[0] === name && row[1] === batch)?.[4] ?? '';
        expect({ library, batch, speed: found }).toEqual({ library, batch, speed });
      }
    }
    const cells = new Set(tablesOf(readPage('docs/benchmarks.md')).flat(2));
    const figures = others.slice(1).flatMap(([what = '', ...row]) => row.map((cell) => ({ what, cell })));
    expect(figures).toHaveLength(8);
    for (const { what, cell } of figures) {
      const [figure = ''] = cell.split(' ');
      expect({ what, figure, isThere: cells.has(figure) }).toEqual({ what, figure, isThere: true });
    }
  });
});

test('the program in docs/architecture.md is the one that inspect prints', async () => {
  const io = captureIo();
  await runCli(['inspect', 'two-layer', '--program'], io);
  expect(io.stdout.text).toContain(blockBehind('docs/architecture.md', '## Program', 'text'));
});

test('the op definitions in CONTRIBUTING.md are written like one that is there', () => {
  const lines = codeBlocks('CONTRIBUTING.md')
    .filter(({ language }) => language === 'cpp')
    .flatMap(({ text }) => text.trim().split('\n'));
  expect(lines.length).toBeGreaterThan(0);
  const sources = readdirSync(path.join(root, 'native/plan/ops'))
    .map((file) => readPage(`native/plan/ops/${file}`))
    .join('\n');
  for (const line of lines) expect(sources).toContain(line.replaceAll('example', 'sigmoid'));
});
