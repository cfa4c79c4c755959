import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMED_OPTIMIZERS } from '../../lib/cli/optimizers';
import { runCli } from '../../lib/cli/run-cli';
import { LOSS_NAMES } from '../../lib/losses/loss';
import { NETWORKS } from '../../lib/networks/networks';
import { captureIo } from '../support/captured-output';

let folder: string;
let script: string;

async function scriptFor(shell: string): Promise<string> {
  const io = captureIo();
  expect(await runCli(['completion', shell], io)).toBe(0);
  return io.stdout.text;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'laminet-completion-'));
  mkdirSync(join(folder, 'runs', 'a run'), { recursive: true });
  mkdirSync(join(folder, 'runs', '2026-lenet5'));
  script = join(folder, 'laminet.bash');
  writeFileSync(script, await scriptFor('bash'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What bash offers for the last of some words. */
function offered(...words: string[]): string[] {
  const program =
    'source "$1"; shift; COMP_WORDS=(laminet "$@"); COMP_CWORD=$#; _laminet; for word in "$' +
    '{COMPREPLY[@]}"; do echo "$word"; done';
  const printed = execFileSync('bash', ['-c', program, 'bash', script, ...words], { cwd: folder, encoding: 'utf8' });
  return printed.split('\n').filter((line) => line !== '');
}

const names = NETWORKS.map(({ name }) => name);

test('bash completes commands, options and names', () => {
  expect(offered('tr')).toEqual(['train']);
  expect(offered('')).toEqual(expect.arrayContaining(['train', 'resume', 'runs', 'compare', 'completion', 'help']));
  expect(offered('train', 'lenet5-')).toEqual(['lenet5-first', 'lenet5-1998']);
  expect(offered('train', '')).toEqual(expect.arrayContaining(names));
  expect(offered('train', 'lenet5', '--evaluate-')).toEqual(['--evaluate-every', '--evaluate-on']);
  expect(offered('train', 'lenet5', '--optimizer', '')).toEqual(NAMED_OPTIMIZERS);
  expect(offered('train', 'lenet5', '--loss', '')).toEqual(LOSS_NAMES);
  expect(offered('help', 'res')).toEqual(['resume']);
});

test('bash completes run folders, also those with spaces', () => {
  expect(offered('resume', '').sort()).toEqual(['runs/2026-lenet5', 'runs/a run']);
  expect(offered('compare', 'runs/2026-lenet5', 'runs/a')).toEqual(['runs/a run']);
});

test('every option of every command is in every script', async () => {
  const help = captureIo();
  await runCli(['train', '--help'], help);
  const flags = [...help.stdout.text.matchAll(/^ {2}--([\w-]+)/gm)].map(([, flag]) => flag ?? '');
  expect(flags.length).toBeGreaterThan(15);
  const [bash, zsh, fish] = await Promise.all(['bash', 'zsh', 'fish'].map(scriptFor));
  for (const flag of flags.filter((name) => name !== 'no-color' && name !== 'version')) {
    expect(bash).toContain(`--${flag}`);
    expect(zsh).toContain(`--${flag}`);
    expect(fish).toContain(`-l ${flag} `);
  }
  expect(zsh?.startsWith('#compdef laminet\n')).toBe(true);
});

test('another shell is refused', async () => {
  const io = captureIo();
  expect(await runCli(['completion', 'ksh'], io)).toBe(1);
  expect(io.stderr.text).toBe('laminet: there is no shell "ksh"; there are bash, zsh, fish\n');
});
