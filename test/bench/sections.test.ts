import { formatFigures } from '../../bench/page';
import { chooseSections, SECTIONS } from '../../bench/sections';

const machine = {
  processor: 'a processor',
  cores: 2,
  node: 'v20',
  instructionSet: 'avx2' as const,
  peak: 100,
  peakOfAll: 200,
  threads: 2,
};

test('every section has a name of its own', () => {
  const names = SECTIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('sections are chosen by name, in their own order', () => {
  const [first, second] = SECTIONS.map(({ name }) => name);
  expect(chooseSections([])).toBe(SECTIONS);
  expect(chooseSections([second ?? '', first ?? ''])).toEqual(SECTIONS.slice(0, 2));
  expect(() => chooseSections(['speed'])).toThrow('there is no section speed; there are steps, ');
});

test('a page has the sections that were measured, and no others', () => {
  const memory = SECTIONS.find(({ name }) => name === 'memory');
  const rows = memory?.measure(machine, 1);
  const peers = { date: '2026-01-01', rounds: 1, quick: false, loadBefore: 0, machine, peers: [], omissions: [] };
  const tables = { memory: rows };
  const page = formatFigures(
    { date: '2026-01-02', machine, rounds: 1, tables },
    { ...peers, training: [], inference: [], vggSmall: [] },
  );
  expect(page).toContain('### Memory of a training step');
  expect(page).toMatch(/\| lenet5 +\| +64 \|/);
  expect(page).not.toContain('### Convolutions');
});
