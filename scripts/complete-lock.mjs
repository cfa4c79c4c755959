// node scripts/complete-lock.mjs, after an `npm install` that changed package-lock.json: a mirror of the registry may hold
// the binaries of one platform only. npm leaves the other platforms' packages out of the lock then, and `npm ci` refuses a
// lock that does not hold every optional dependency. This adds them, by version and platform, without a checksum.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const file = path.resolve(import.meta.dirname, '../package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'universal', 'wasm32', 'x64'];

/**
 * @param {string} name of a package, its platform in it: @biomejs/cli-linux-x64-musl
 */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  if (cpu.length === 0) throw new Error(`${name}: the name tells no platform; it is missing for another reason`);
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
  return { os: os.length > 0 ? os : undefined, cpu, libc: libc.length > 0 ? libc : undefined };
}

let added = 0;
for (const [where, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const places = [`${where}/node_modules/${name}`, `node_modules/${name}`];
    if (where !== '' && !places.some((place) => lock.packages[place])) {
      const exact = String(version).replace(/^[^\d]*/, '');
      const { os, cpu, libc } = platformOf(name);
      // In npm's order, so that the next `npm install` changes nothing.
      lock.packages[`node_modules/${name}`] = { version: exact, cpu, dev: true, libc, optional: true, os };
      added += 1;
    }
  }
}

const inOrder = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries(inOrder);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added to package-lock.json`);
