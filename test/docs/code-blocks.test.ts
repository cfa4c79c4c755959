// Every block of code of every page, run as a reader would, in a folder like a clone. What the pages promise beside it:
//
// - A ts or js block is a module over dist/. One that imports nothing goes on where the block before it ended, or is an excerpt
//   of an example, which examples.test.ts runs.
// - The commands of a sh block run one after another, but for those that commands.ts lists with the reason.
// - A text block right behind such a block, or behind "prints", is what that block prints. If it begins with "laminet: " the
//   command fails with that sentence.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expectAlike, expectSameWords } from './alike';
import { type Ending, makeClone, makeRuns, runIn } from './clone';
import { commandsOf, faultOf, isRun } from './commands';
import { type CodeBlock, codeBlocks, PAGES, root } from './pages';

const SCRIPTS = ['ts', 'js'];
const SHELL = ['sh', 'bash'];
const DATA = ['json', 'text', 'cpp'];
const LIMIT = 180_000;

/** Is printed where a block goes on from another. */
const SEAM = '-- 8< --';

const squeeze = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
const examples = readdirSync(path.join(root, 'examples'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => squeeze(readFileSync(path.join(root, 'examples', name), 'utf8')));

const imports = ({ text }: CodeBlock): boolean => /^import /m.test(text);
const isExcerpt = (block: CodeBlock): boolean =>
  !imports(block) && examples.some((example) => example.includes(squeeze(block.text)));

/** What is run of the modules of a page: each with those that it goes on from in front of it. */
function modulesOf(blocks: readonly CodeBlock[]): Map<CodeBlock, string> {
  const modules = new Map<CodeBlock, string>();
  let source = '';
  for (const block of blocks) {
    if (!SCRIPTS.includes(block.language) || isExcerpt(block)) continue;
    source = imports(block) ? block.text : `${source}\nconsole.log('${SEAM}');\n${block.text}`;
    modules.set(block, source);
  }
  return modules;
}

/** What a block is shown to print. */
function shownBehind({ page, offset }: CodeBlock): string | undefined {
  const next = codeBlocks(page).find((block) => block.offset > offset);
  return next?.language === 'text' && /(^ *```|\bprints?:?)$/.test(next.lead) ? next.text : undefined;
}

let clone: string;

beforeAll(async () => {
  clone = await makeClone();
}, LIMIT);

afterAll(() => rmSync(clone, { recursive: true, force: true }));

async function runModule(source: string): Promise<Ending> {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true },
  });
  writeFileSync(path.join(clone, 'block.mjs'), outputText);
  return runIn(clone, process.execPath, ['-r', './stopper.cjs', 'block.mjs']);
}

async function runCommands(text: string): Promise<Ending> {
  const commands = commandsOf(text);
  for (const command of commands)
    expect({ command, fault: await faultOf(command) }).toEqual({ command, fault: undefined });
  const run = commands.filter(isRun);
  for (const command of run) await makeRuns(clone, command);
  return runIn(clone, 'bash', ['-euo', 'pipefail', '-c', run.join('\n')]);
}

function expectEnding({ code, out, err }: Ending, shown: string | undefined): void {
  const fails = shown?.startsWith('laminet: ') === true;
  expect({ code, err: fails ? '' : err }).toEqual({ code: fails ? 1 : 0, err: fails ? '' : expect.any(String) });
  if (fails) expectSameWords(err, shown);
  else if (shown !== undefined) expectAlike(out, shown);
}

const BLOCKS = PAGES.flatMap((page) => codeBlocks(page));
const MODULES = PAGES.flatMap((page) => [...modulesOf(codeBlocks(page))].map(([block, source]) => ({ block, source })));
const COMMANDS = BLOCKS.filter(({ language }) => SHELL.includes(language)).map((block) => ({ block }));

test('all blocks are of languages that are run or looked at', () => {
  const known = [...SCRIPTS, ...SHELL, ...DATA];
  expect(BLOCKS.filter(({ language }) => !known.includes(language))).toEqual([]);
  expect(BLOCKS.length).toBeGreaterThan(40);
});

test(
  'every ts block is right by the types of dist/',
  () => {
    const sources = new Map<string, string>();
    for (const { block, source } of MODULES.filter(({ block }) => block.language === 'ts')) {
      sources.set(path.join(root, `${block.page.replaceAll('/', '-')}-line-${block.line}.mts`), source);
    }
    const config = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
    const host = ts.createCompilerHost(options);
    const { fileExists, readFile } = host;
    host.fileExists = (file) => sources.has(path.normalize(file)) || fileExists(file);
    host.readFile = (file) => sources.get(path.normalize(file)) ?? readFile(file);
    const program = ts.createProgram([...sources.keys()], { ...options, types: ['node'] }, host);
    const faults = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
      block: file && path.basename(file.fileName),
      message: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }));
    expect(faults).toEqual([]);
  },
  LIMIT,
);

test.each(MODULES)(
  'the module at $block.page:$block.line runs',
  async ({ block, source }) => {
    const { out, ...ending } = await runModule(source);
    expectEnding({ out: out.split(`${SEAM}\n`).at(-1) ?? '', ...ending }, shownBehind(block));
  },
  LIMIT,
);

test.each(COMMANDS)(
  'the commands at $block.page:$block.line run',
  async ({ block }) => {
    const ending = await runCommands(block.text);
    expectEnding(ending, commandsOf(block.text).some(isRun) ? shownBehind(block) : undefined);
  },
  LIMIT,
);

test('every json block is JSON', () => {
  for (const { text } of BLOCKS.filter(({ language }) => language === 'json')) {
    expect(JSON.parse(text)).toEqual(expect.any(Object));
  }
});
