// dist/index.mjs: every name of dist/index.js for `import`, from the one CommonJS copy that `require` gives.
// docs/decisions/0001-commonjs-with-an-esm-door.md tells why.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

/**
 * Writes index.mjs and index.d.mts beside the index.js of a folder.
 * @param {string} folder
 */
export function writeEsmDoor(folder) {
  const names = Object.keys(require(path.join(folder, 'index.js'))).sort();
  if (names.length === 0) throw new Error(`${folder}/index.js exports nothing`);
  const source = [
    "import laminet from './index.js';",
    '',
    'export const {',
    ...names.map((name) => `  ${name},`),
    '} = laminet;',
    '',
  ];
  writeFileSync(path.join(folder, 'index.mjs'), source.join('\n'));
  writeFileSync(path.join(folder, 'index.d.mts'), "export * from './index.js';\n");
}
