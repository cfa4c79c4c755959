import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runCli } from '../../lib/cli/run-cli';
import { captureIo } from '../support/captured-output';
import { root } from './pages';

/** Commands that the pages show and no test of theirs runs, and why. That what they name exists is tested. */
const NOT_RUN: readonly { readonly command: RegExp; readonly reason: string }[] = [
  { command: /^(npm (install|ci)|apt-get install)\b/, reason: 'needs the network; .ci/run begins with it' },
  { command: /^(npm test|npm run (build|build:native|lint|types|layers|dead|unit))$/, reason: 'a stage of npm test' },
  { command: /^npm run docs:reference$/, reason: 'a stage of npm test' },
  { command: /^npx jest\b/, reason: 'a part of these tests' },
  { command: /^npm run format$/, reason: 'writes sources; npm run lint finds what it would change' },
  { command: /^npm run docs:catalogue$/, reason: 'writes a page; catalogue.test.ts compares it' },
  { command: /^npm run (bench|accuracy)\b/, reason: 'measures for minutes, on a machine that does nothing else' },
  { command: /^\.ci\/run$/, reason: 'what runs these tests' },
  { command: /^npm run (spills|test:browser)$/, reason: 'a stage of .ci/run' },
  { command: /^(cmake|valgrind|build\/sanitize\/kernel_tests)\b/, reason: 'a stage of .ci/run' },
  { command: /^build\/tests\/ulp\b/, reason: 'measures for a quarter of an hour' },
  { command: /^node -r \.\/scripts\/register-typescript\.cjs examples\/\d\d-/, reason: 'examples.test.ts runs it' },
  { command: /\bexamples\/service\/main\.ts$/, reason: 'a server; test/service/example.test.ts asks it' },
  {
    command: /^(head .* \| )?curl .*localhost:3000\//,
    reason: 'asks that server; so does test/service/example.test.ts',
  },
  {
    command: /^(laminet|node dist\/cli\/main\.js) ((watch|draw)\b|.*--watch\b)/,
    reason: 'serves a page until it is ended',
  },
  { command: /^(laminet|node dist\/cli\/main\.js) reproduce\b/, reason: 'trains for many minutes' },
];

/** The commands of a block of shell, one by one. */
export function commandsOf(text: string): string[] {
  return text
    .replaceAll(/\\\n */g, '')
    .split(/\n|&&/)
    .map((command) => command.replace(/(^|\s)#.*$/, '').trim())
    .filter((command) => command !== '');
}

/** Whether the tests of the pages run a command themselves. */
export function isRun(command: string): boolean {
  const bare = command.replace(/^([A-Z_]+=\S+ )+/, '');
  return !NOT_RUN.some((entry) => entry.command.test(bare));
}

/** Why a command could not be run; undefined where all that it names is there. */
export async function faultOf(command: string): Promise<string | undefined> {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const words = command.split(/\s+/);
  while (/^[A-Z_]+=/.test(words[0] ?? '')) {
    const variable = words.shift()?.split('=')[0] ?? '';
    const known = ['LAMINET_BACKEND', 'LAMINET_ISA', 'LAMINET_THREADS', 'LAMINET_ADDON', 'PORT', 'MODEL'];
    if (!known.includes(variable)) return `there is no variable ${variable}`;
  }
  const [tool = '', first = '', ...rest] = words;
  if (tool === 'npm' && first === 'run') return scripts[rest[0] ?? ''] ? undefined : `there is no script ${rest[0]}`;
  if (tool === 'npx' && !existsSync(path.join(root, 'node_modules/.bin', first))) return `${first} is not installed`;
  if (tool === 'laminet') return faultOfCli([first, ...rest]);
  if (tool === 'node' && first === 'dist/cli/main.js') return faultOfCli(rest);
  const missing = words
    .filter((word) => /^(\.ci|lib|test|bench|examples|scripts|native)\//.test(word))
    .find((word) => !existsSync(path.join(root, word)));
  return missing && `there is no file ${missing}`;
}

/** A subcommand and its options are there if its help names them. */
async function faultOfCli([command = '', ...rest]: string[]): Promise<string | undefined> {
  const io = captureIo();
  if ((await runCli([command, '--help'], io)) !== 0) return `there is no laminet ${command}`;
  const unknown = rest.find((word) => word.startsWith('--') && !io.stdout.text.includes(`${word} `));
  return unknown && `laminet ${command} has no ${unknown}`;
}
