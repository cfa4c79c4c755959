// Writes dist/: CommonJS and its declarations by tsc, then the ESM door over them, and the
// scripts of pages. The new folder replaces the old one
// only when it is complete, so that a failed build leaves what was there.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bundleWeb } from './bundle-web.mjs';
import { writeEsmDoor } from './esm-door.mjs';

const require = createRequire(import.meta.url);
const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const next = path.join(root, 'dist-next');

rmSync(next, { recursive: true, force: true });
const tsc = require.resolve('typescript/bin/tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', next], {
  cwd: root,
  stdio: 'inherit',
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

writeEsmDoor(next);
await bundleWeb(path.join(next, 'web'));
const cli = path.join(next, 'cli/main.js');
if (existsSync(cli)) chmodSync(cli, 0o755);

rmSync(dist, { recursive: true, force: true });
renameSync(next, dist);
