import type { Measured } from '../../bench/figures-file';
import { formatFigures } from '../../bench/page';
import { LAYER_CASES, layerSubject } from '../../bench/peers/layer-cases';
import { PEER_SECTIONS } from '../../bench/peers/sections';
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

const measured = (rows: unknown, date = '2026-01-02'): Measured => ({ date, machine, rounds: 1, quick: false, rows });

test.each([
  ['bench', SECTIONS],
  ['bench:peers', PEER_SECTIONS],
])('every table of %s has a name of its own', (_, sections) => {
  const names = sections.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('every layer that is compared has a name of its own, without blanks', () => {
  const names = LAYER_CASES.map(layerSubject);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => /\s/.test(name))).toEqual([]);
});

test('sections are chosen by name, in their own order', () => {
  const [first, second] = SECTIONS.map(({ name }) => name);
  expect(chooseSections(SECTIONS, [])).toBe(SECTIONS);
  expect(chooseSections(SECTIONS, [second ?? '', first ?? ''])).toEqual(SECTIONS.slice(0, 2));
  expect(() => chooseSections(PEER_SECTIONS, ['speed'])).toThrow('there is no table speed; there are lenet5, ');
});

test('a page has the tables that were measured, and no others', () => {
  const rows = SECTIONS.find(({ name }) => name === 'memory')?.measure(machine, 1);
  const page = formatFigures({ memory: measured(rows) }, {});
  expect(page).toContain('### Memory of a training step');
  expect(page).toMatch(/\| lenet5 +\| +64 \|/);
  expect(page).not.toContain('### Convolutions');
});

test('a page says of each table what it was measured on, once where that is the same', () => {
  const seconds = { median: 1e-3, least: 1e-3, most: 2e-3, runs: 1 };
  const row = { subject: 'adam', calledFrom: '', batch: 16, setting: '2 threads', amount: 9, most: 9, seconds };
  const rows = {
    peers: [{ name: 'laminet', description: '0.1', calledFrom: 'JavaScript' }],
    omissions: [{ name: 'PyTorch', reason: 'not here' }],
    rows: [
      { ...row, peer: 'laminet', ratio: { median: 1, least: 1, most: 1, runs: 1 } },
      { ...row, peer: 'PyTorch', ratio: { median: 2.5, least: 2, most: 3, runs: 1 } },
      { ...row, peer: 'laminet', subject: 'lion', ratio: { median: 1, least: 1, most: 1, runs: 1 } },
    ],
  };
  const same = formatFigures({}, { layers: measured(rows), optimizers: measured(rows) });
  expect(same.match(/Measured on/g)).toHaveLength(1);
  expect(same.match(/left out: PyTorch: not here/g)).toHaveLength(1);
  expect(same).toMatch(/\| adam +\| +16 \| +1 \| +1 \| +2\.5x \| +2 - 3 \| 2 threads/);
  expect(same).toMatch(/\| lion +\| +16 \| +1 \| +\| +\| +\| has none/);
  const apart = formatFigures({}, { layers: measured(rows), optimizers: measured(rows, '2026-01-03') });
  expect(apart.match(/Measured on/g)).toHaveLength(2);
});
