import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { runCli } from '../../lib/cli/run-cli';
import { captureIo } from '../support/captured-output';
import { type CodeBlock, codeBlocks, PAGES, readPage, root } from './pages';

const run = promisify(execFile);
const COMMANDS = ['train', 'resume', 'runs', 'compare', 'evaluate', 'report', 'inspect', 'gradcheck'];

/** Folders for what commands leave behind. */
const scratch = mkdtempSync(path.join(tmpdir(), 'laminet-docs-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The first block of that language behind a heading or sentence of a page. */
function blockBehind(page: string, landmark: string, language: string): string {
  const from = readPage(page).indexOf(landmark);
  const found = codeBlocks(page).find((block) => block.language === language && block.offset > from);
  if (from < 0 || !found) throw new Error(`${page}: no ${language} block behind ${JSON.stringify(landmark)}`);
  return found.text;
}

/** What a process prints that is fed a program on its standard input. */
async function outputOfModule(source: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stdin.end(source);
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  expect(exitCode).toBe(0);
  return output;
}

/** A text with its numbers, instruction set and folders taken out: what stays is the same on every machine. */
function frame(text: string): string {
  return text
    .trimEnd()
    .replace(/native, \w+, \d+ threads?/g, 'native')
    .replace(/(run folder|report): .*/g, '$1')
    .replace(/\d[\d,]*(\.\d+)?/g, '#')
    .replace(/ +/g, ' ');
}

/** Every accuracy in a text, in percent. */
function accuracies(text: string): number[] {
  return [...text.matchAll(/accuracy:? ([\d.]+)( %)?/g)].map(
    ([, value, percent]) => Number(value) * (percent ? 1 : 100),
  );
}

/** Instruction sets round differently, and a sum may get another order: a percentage point is what that may move. */
function expectAlike(printed: string, shown: string): void {
  expect(frame(printed)).toBe(frame(shown));
  for (const [index, accuracy] of accuracies(shown).entries()) {
    expect(Math.abs((accuracies(printed)[index] ?? 0) - accuracy)).toBeLessThanOrEqual(1);
  }
}

const train = (...args: string[]) =>
  run(process.execPath, ['dist/cli/main.js', 'train', ...args, '--out', scratch], { cwd: root });

test('every ts block is right by the types of dist/', () => {
  const blocks = PAGES.flatMap((page) => codeBlocks(page)).filter(({ language }) => language === 'ts');
  expect(blocks.length).toBeGreaterThan(0);
  const sources = new Map(blocks.map(({ text }, index) => [path.join(root, `docs-block-${index}.mts`), text]));
  const config = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (file) => sources.has(path.normalize(file)) || fileExists(file);
  host.readFile = (file) => sources.get(path.normalize(file)) ?? readFile(file);
  const program = ts.createProgram([...sources.keys()], { ...options, types: ['node'] }, host);
  const faults = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
    block: file && sources.get(path.normalize(file.fileName)),
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
  expect(faults).toEqual([]);
});

describe('the README', () => {
  test('its ten lines are ten, and print what it shows', async () => {
    const lines = blockBehind('README.md', '## Ten lines', 'ts');
    expect(lines.trimEnd().split('\n')).toHaveLength(10);
    expectAlike(await outputOfModule(lines), blockBehind('README.md', 'They print:', 'text'));
  });

  test('its first command prints what it shows', async () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
    expect(scripts.train).toBe('node dist/cli/main.js train lenet5');
    const { stdout } = await train('lenet5');
    expectAlike(stdout, blockBehind('README.md', 'It prints:', 'text'));
  });

  test('its networks reach the accuracies that it names', async () => {
    const rows = [...readPage('README.md').matchAll(/^\| `([\w-]+)` \|.*\| ([\d.]+) % \|$/gm)];
    expect(rows.map(([, name]) => name)).toEqual(['two-layer', 'one-conv', 'lenet5-first', 'lenet5']);
    for (const [, name = '', accuracy] of rows) {
      const { stdout } = await train(name);
      expect({ name, off: Math.abs((accuracies(stdout).at(-1) ?? 0) - Number(accuracy)) < 1 }).toEqual({
        name,
        off: true,
      });
    }
  }, 120_000);

  test('its diverging run diverges, and says so in these words', async () => {
    const words =
      /^laminet: the loss of step \d+ in epoch \d+ is not a finite number; it began in .+; the loss grew from \S+ to \S+ in the \d+ steps before: the learning rate of 0\.3 is too high /m;
    expect(blockBehind('README.md', '--learning-rate 0.3', 'text').replaceAll('\n', ' ')).toMatch(words);
    await expect(train('lenet5-first', '--learning-rate', '0.3')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(words),
    });
  });
});

test('the program in docs/architecture.md is the one that inspect prints', async () => {
  const io = captureIo();
  await runCli(['inspect', 'two-layer', '--program'], io);
  expect(io.stdout.text).toContain(blockBehind('docs/architecture.md', '## Program', 'text'));
});

/** Why a command of a page cannot be run; undefined where it can. */
async function faultOf(command: string, scripts: Record<string, string>): Promise<string | undefined> {
  const words = command.split(/\s+/);
  while (/^[A-Z_]+=/.test(words[0] ?? '')) {
    const variable = words.shift()?.split('=')[0] ?? '';
    const known = ['LAMINET_BACKEND', 'LAMINET_ISA', 'LAMINET_THREADS', 'LAMINET_ADDON'];
    if (!known.includes(variable)) return `there is no variable ${variable}`;
  }
  const [tool = '', first = '', ...rest] = words;
  if (tool === 'npm' && first === 'run') return scripts[rest[0] ?? ''] ? undefined : `there is no script ${rest[0]}`;
  if (tool === 'npm') return ['install', 'ci', 'test'].includes(first) ? undefined : `npm ${first} is not for users`;
  if (tool === 'npx') {
    return existsSync(path.join(root, 'node_modules/.bin', first)) ? undefined : `${first} is not installed`;
  }
  if (tool === 'node' && first === 'dist/cli/main.js') return faultOfCli(rest);
  const files = [tool, first, ...rest].filter((word) => /^(\.ci|lib|test|bench|examples|scripts|native)\//.test(word));
  const missing = files.find((file) => !existsSync(path.join(root, file)));
  if (missing) return `there is no file ${missing}`;
  return [
    'node',
    'cmake',
    'objdump',
    '.ci/run',
    'build/sanitize/kernel_tests',
    'build/tests/ulp',
    'valgrind',
    'curl',
    'head',
  ].includes(tool)
    ? undefined
    : `what is ${tool}?`;
}

/** A subcommand and its options are there if its help names them. */
async function faultOfCli([command = '', ...rest]: string[]): Promise<string | undefined> {
  if (!COMMANDS.includes(command)) return `there is no laminet ${command}`;
  const io = captureIo();
  await runCli([command, '--help'], io);
  const unknown = rest.find((word) => word.startsWith('--') && !io.stdout.text.includes(`${word} `));
  return unknown && `laminet ${command} has no ${unknown}`;
}

const shellBlocks = (page: string): CodeBlock[] => codeBlocks(page).filter(({ language }) => language === 'sh');

test.each(PAGES.filter((page) => shellBlocks(page).length > 0))('the commands of %s are there', async (page) => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const commands = shellBlocks(page).flatMap(({ text }) => text.trim().split(/\n|&&/));
  for (const command of commands) {
    expect({ command, fault: await faultOf(command.trim(), scripts) }).toEqual({ command, fault: undefined });
  }
});
