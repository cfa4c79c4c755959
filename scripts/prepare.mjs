// Runs after `npm install` in a clone, never at a user's: builds the addon where that needs no download, then dist/.
// Without compiler or headers it says what is missing and goes on: the library then runs on its reference backend.
// A compiler that is there and fails stops the installation.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** @param {string} command */
function runs(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Where node-gyp finds Node's headers: what npm was told, or the installation that this Node came with.
 * @returns {string | undefined}
 */
function headers() {
  const candidates = [process.env.npm_config_nodedir, path.resolve(process.execPath, '../..')];
  return candidates.find((folder) => folder && existsSync(path.join(folder, 'include/node/node_api.h')));
}

/** @returns {string[]} what a build would need and this machine has not */
function missing() {
  const lacks = [];
  if (!runs(process.env.PYTHON ?? 'python3')) lacks.push('python3');
  if (!runs('make')) lacks.push('make');
  // It may be a compiler behind another command: 'ccache g++'.
  const [compiler = 'g++'] = (process.env.CXX ?? 'g++').split(' ');
  if (!runs(compiler)) lacks.push('g++');
  if (!headers()) lacks.push(`Node's headers (npm config set nodedir=<folder that holds include/node>)`);
  return lacks;
}

/**
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [env]
 */
function npmRun(args, env) {
  const { status } = spawnSync('npm', ['run', '--silent', ...args], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
}

const lacks = process.platform === 'linux' ? missing() : [`a build for ${process.platform}`];
if (lacks.length > 0) {
  console.warn(`laminet: the native addon is not built, missing: ${lacks.join(', ')}.`);
  console.warn('laminet: the reference backend works without it, far slower; `npm run build:native` tries again.');
} else {
  npmRun(['build:native'], { npm_config_nodedir: headers() });
}
npmRun(['build']);
