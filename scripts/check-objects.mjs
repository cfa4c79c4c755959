// Looks at the object files of the addon after `npm run build:native` (x86-64 Linux, GNU binutils):
//  - what runs before an instruction set is chosen, and the sets themselves, hold no wider instruction than they may;
//  - no kernel library shares a weak symbol (an inline function, a template) with another library: the linker would keep
//    one copy, perhaps the one that this processor cannot run.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const release = path.resolve(import.meta.dirname, '../build/Release');

/**
 * @param {string} tool
 * @param {string[]} args
 */
function lines(tool, args) {
  const { status, stdout, stderr } = spawnSync(tool, args, { cwd: release, encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`${tool} ${args.join(' ')}: ${stderr}`);
  return stdout.split('\n');
}

const evex = /%zmm|%[xy]mm(1[6-9]|2\d|3[01])|%k[0-7]/;
const vex = /^\s+[0-9a-f]+:\s+v[a-z]|%ymm/;
/** @type {Record<string, RegExp[]>} */
const refused = {
  'laminet_engine.a': [evex, vex],
  'laminet_kernels_sse2.a': [evex, vex],
  'laminet_kernels_avx2.a': [evex],
  'laminet_kernels_avx512.a': [],
};

const faults = [];
for (const [library, patterns] of Object.entries(refused)) {
  if (patterns.length === 0) continue;
  let symbol = '';
  for (const line of lines('objdump', ['-d', '-C', '--no-show-raw-insn', library])) {
    if (line.endsWith('>:')) symbol = line;
    if (patterns.some((pattern) => pattern.test(line))) faults.push(`${library}: ${symbol} ${line.trim()}`);
  }
}

/** @type {Map<string, string>} */
const owners = new Map();
for (const library of Object.keys(refused)) {
  const weak = lines('nm', ['-C', '--defined-only', library]).flatMap((line) => {
    const found = /^[0-9a-f]+ [WVu] (.*)$/.exec(line);
    return found?.[1] ? [found[1]] : [];
  });
  for (const name of new Set(weak)) {
    const owner = owners.get(name);
    if (owner) faults.push(`${owner} and ${library} both define ${name}`);
    owners.set(name, library);
  }
}

if (faults.length > 0) {
  console.error([...faults.slice(0, 40), `${faults.length} faults in the object files`].join('\n'));
  process.exitCode = 1;
} else {
  console.log('The object files hold what they may: no wider instructions, no shared weak symbols.');
}
