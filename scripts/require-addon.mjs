// Before the first test: without the addon half of the tests would have nothing to test, so the run fails at once.
// LAMINET_BACKEND=reference says that no addon is wanted: for single test files on a machine without a compiler.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const root = path.resolve(import.meta.dirname, '..');

export default function requireAddon() {
  if (process.env.LAMINET_BACKEND === 'reference') return;
  const chosen = process.env.LAMINET_ADDON;
  try {
    require(chosen ? path.resolve(chosen) : require('node-gyp-build').resolve(root));
  } catch (cause) {
    const what = chosen ? `LAMINET_ADDON=${chosen}` : 'the native addon';
    throw new Error(`${what} cannot be loaded, and the tests need it: npm run build:native`, { cause });
  }
}
