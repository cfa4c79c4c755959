// Looks into the innermost loops of the kernels after `npm run build:native` (x86-64 Linux, GNU binutils) for vector
// registers that the compiler spilled: slots of the stack frame that vector instructions both write and read. A spill is
// a fault: the tile is too large for the registers, or the loop has more constants than they hold.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const release = path.resolve(import.meta.dirname, '../build/Release');
const instructionSets = ['sse2', 'avx2', 'avx512'];

/**
 * @typedef {{ address: number, text: string }} Instruction
 * @typedef {{ name: string, code: Instruction[] }} Routine
 * @typedef {{ slot: string, bytes: number, writes: boolean }} Access
 */

/**
 * @param {string} library
 * @returns {Routine[]}
 */
function disassemble(library) {
  const args = ['-d', '-C', '--no-show-raw-insn', library];
  const { status, stdout, stderr } = spawnSync('objdump', args, { cwd: release, encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`objdump ${args.join(' ')}: ${stderr}`);
  /** @type {Routine[]} */
  const routines = [];
  let file = '';
  for (const line of stdout.split('\n')) {
    const member = /^(\S+)\.o: +file format/.exec(line);
    const start = /^[0-9a-f]+ <(.*)>:$/.exec(line);
    const instruction = /^ +([0-9a-f]+):\t(.*)$/.exec(line);
    if (member) file = member[1] ?? '';
    if (start) routines.push({ name: `${file}: ${shortened(start[1] ?? '')}`, code: [] });
    if (instruction) {
      const text = (instruction[2] ?? '').replace(/ +#.*$/, '');
      routines.at(-1)?.code.push({ address: Number.parseInt(instruction[1] ?? '', 16), text });
    }
  }
  return routines;
}

/**
 * A function's name without its result, namespaces and parameters.
 * @param {string} name
 */
function shortened(name) {
  const plain = name.replace(/laminet::(\w+::)?(\(anonymous namespace\)::)?/g, '').replace(/^void /, '');
  return plain.replace(/\([^()]*\)( const)?( \[clone .*\])?$/, '');
}

/**
 * For every instruction the places of those that may follow it. A jump that leaves the function, or whose target the
 * linker has yet to fill in (it then seems to go to the next instruction), has no place to go to.
 * @param {Instruction[]} code
 */
function successors(code) {
  const places = new Map(code.map(({ address }, place) => [address, place]));
  return code.map(({ text }, place) => {
    const jump = /^(?:bnd |notrack )?(j\w+) +([0-9a-f]+) </.exec(text);
    const target = jump ? places.get(Number.parseInt(jump[2] ?? '', 16)) : undefined;
    const next = /^(?:bnd |notrack )?(?:jmp|ret|ud2|hlt)\b/.test(text) || place + 1 === code.length ? [] : [place + 1];
    return target === undefined || target === place + 1 ? next : [...next, target];
  });
}

/**
 * The innermost loops, as sets of places. A loop is what can reach an edge back to its first instruction, if no way
 * from the function's start to that edge goes around the first instruction.
 * @param {Instruction[]} code
 */
function innermostLoops(code) {
  /** @type {number[][]} */
  const predecessors = code.map(() => []);
  for (const [place, following] of successors(code).entries()) {
    for (const next of following) predecessors[next]?.push(place);
  }
  /** @type {Map<number, Set<number>>} */
  const loops = new Map();
  for (const [head, ends] of predecessors.entries()) {
    for (const end of head > 0 && ends.length < 2 ? [] : ends) {
      const body = new Set([head, end]);
      let closed = head === end;
      for (const place of body) {
        if (place === head) continue;
        for (const previous of predecessors[place] ?? []) {
          closed ||= previous === head;
          body.add(previous);
        }
      }
      if (closed && (head === 0 || !body.has(0))) loops.set(head, new Set([...(loops.get(head) ?? []), ...body]));
    }
  }
  const heads = [...loops.keys()];
  return [...loops]
    .filter(([head, body]) => !heads.some((other) => other !== head && body.has(other)))
    .map(([, body]) => body);
}

/**
 * What an instruction with a vector register does to a fixed slot of the frame, and to how many bytes of it. Indexed
 * accesses are to local arrays.
 * @param {string} text
 * @param {RegExp} slots
 * @returns {Access | undefined}
 */
function accessOf(text, slots) {
  const slot = /%[xyz]mm/.test(text) ? slots.exec(text)?.[0] : undefined;
  if (slot === undefined) return undefined;
  const mnemonic = text.split(' ', 1)[0] ?? '';
  const vector = text.includes('%zmm') ? 64 : text.includes('%ymm') ? 32 : 16;
  const bytes = /ss$|^v?movd$/.test(mnemonic) ? 4 : /sd$|^v?mov[qlh]$/.test(mnemonic) ? 8 : vector;
  return {
    slot,
    bytes,
    writes: text
      .replace(/\{[^{}]*\}/g, '')
      .trimEnd()
      .endsWith(slot),
  };
}

/**
 * The accesses of a function to slots that hold spilled vector registers: vector instructions both write and read
 * them, read no more than was written at once, and nobody computes their address. A local array's address is computed,
 * to index it or to hand it on, or the array is filled piece by piece.
 * @param {Instruction[]} code
 */
function spillsOf(code) {
  const framed = code.some(({ text }) => /^mov +%rsp,%rbp$/.test(text));
  const slots = framed ? /(?:-?0x[0-9a-f]+)?\(%r[sb]p\)/ : /(?:-?0x[0-9a-f]+)?\(%rsp\)/;
  const accesses = code.map(({ text }) => accessOf(text, slots));
  /** @type {Set<string | undefined>} */
  const arrays = new Set();
  for (const { text } of code) {
    if (/^mov +%rsp,%r(?!bp)/.test(text)) arrays.add('(%rsp)');
    const found =
      /^lea +((?:-?0x[0-9a-f]+)?\(%r[sb]p)\),%r(?!sp)/.exec(text) ?? /((?:-?0x[0-9a-f]+)?\(%r[sb]p),/.exec(text);
    if (found) arrays.add(`${found[1]})`);
  }
  /** @type {Map<string, { read: number, written: number }>} */
  const widest = new Map();
  for (const access of accesses) {
    if (!access) continue;
    const { read, written } = widest.get(access.slot) ?? { read: 0, written: 0 };
    const { slot, bytes, writes } = access;
    widest.set(slot, writes ? { read, written: Math.max(written, bytes) } : { read: Math.max(read, bytes), written });
  }
  return accesses.map((access) => {
    const { read, written } = widest.get(access?.slot ?? '') ?? { read: 0, written: 0 };
    return read > 0 && written >= read && !arrays.has(access?.slot);
  });
}

/**
 * Multiply-adds of whole vectors; without fused ones, pairs of a product and a sum.
 * @param {string[]} texts
 */
function multiplyAdds(texts) {
  /** @param {RegExp} pattern */
  const count = (pattern) => texts.filter((text) => pattern.test(text)).length;
  return count(/^vfn?m(?:add|sub)\d+ps/) + Math.min(count(/^mulps/), count(/^(?:add|sub)ps/));
}

const table = [['library', 'function', 'loop', 'instructions', 'multiply-adds', 'spills']];
const faults = [];
let loopCount = 0;
let hotCount = 0;
for (const set of instructionSets) {
  const before = hotCount;
  for (const { name, code } of disassemble(`laminet_kernels_${set}.a`)) {
    const spills = spillsOf(code);
    for (const body of innermostLoops(code)) {
      const places = [...body].sort((a, b) => a - b);
      const texts = places.map((place) => code[place]?.text ?? '');
      const spilled = places.filter((place) => spills[place]);
      const range = [places[0], places.at(-1)].map((place) => code[place ?? 0]?.address.toString(16)).join('-');
      const hot = multiplyAdds(texts);
      loopCount++;
      if (hot > 0) hotCount++;
      if (hot === 0 && spilled.length === 0) continue;
      table.push([set, name, range, `${texts.length}`, `${hot}`, `${spilled.length}`]);
      faults.push(
        ...spilled.map((place) => `${set} ${name} ${code[place]?.address.toString(16)}: ${code[place]?.text}`),
      );
    }
  }
  if (hotCount === before) throw new Error(`laminet_kernels_${set}.a: no loop with multiply-adds was found`);
}

const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
const printed = table.map((row) =>
  row
    .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
    .join('  '),
);
console.log(printed.join('\n'));
console.log(
  `${loopCount} innermost loops, ${hotCount} of them with multiply-adds; the others are above if they spill.`,
);
if (faults.length > 0) {
  console.error([...faults.slice(0, 40), `${faults.length} spills in innermost loops`].join('\n'));
  process.exitCode = 1;
}
