// Packs the package as `npm publish` would and has publint and attw (are the types wrong?) look at the archive.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
const root = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'laminet-package-'));

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status === 0) return stdout;
  process.stdout.write(stdout);
  throw new Error(`${[command, ...args].join(' ')} ended with ${status}`);
}

/**
 * The script behind a command of a development dependency.
 * @param {string} packageName
 * @param {string} command
 */
function bin(packageName, command) {
  const manifest = path.join(root, 'node_modules', packageName, 'package.json');
  return path.join(path.dirname(manifest), require(manifest).bin[command]);
}

try {
  // Without scripts: prepare would build again what is to be looked at.
  const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]);
  const archive = path.join(folder, JSON.parse(packed)[0].filename);
  run(process.execPath, [bin('publint', 'publint'), archive, '--strict']);
  run(process.execPath, [bin('@arethetypeswrong/cli', 'attw'), archive]);
  console.log('The package is sound: publint and attw found nothing.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
