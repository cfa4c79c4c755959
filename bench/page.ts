import { barChart } from './bar-chart';
import type { Figures, Stamp } from './figures-file';
import { machineLine } from './machine';
import type { ComparisonRow } from './peers/compare';
import { formatOmissions, formatPeers, type PeerRows, peerRows } from './peers/figures';
import { PEER_SECTIONS } from './peers/sections';
import { SECTIONS } from './sections';

const BEGIN = '<!-- figures: begin -->';
const END = '<!-- figures: end -->';

/** A page with the text between its two comments replaced. Error: where it has not both, in this order. */
export function fillFigures(page: string, figures: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the page has no place for figures: ${BEGIN} ... ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${figures.trim()}\n\n${page.slice(end)}`;
}

const stampLine = ({ date, rounds, machine, quick }: Stamp): string =>
  `Measured on ${date.slice(0, 10)}, ${rounds} ${quick ? 'quick ' : ''}rounds: ${machineLine(machine)}.`;

/** Says of tables one after another what they were measured on, where that is not what was said last. */
class Stamps {
  #last = '';

  lines(stamp: Stamp): string[] {
    const line = stampLine(stamp);
    if (line === this.#last) return [];
    this.#last = line;
    return [line];
  }
}

/** Everyone who took part in some table. */
function everyPeer(tables: readonly PeerRows[]): PeerRows['peers'] {
  return [...new Map(tables.flatMap(({ peers }) => peers).map((peer) => [peer.name, peer])).values()];
}

/** The tables of both benches as Markdown. */
export function formatFigures(bench: Figures, peers: Figures): string {
  const compared = PEER_SECTIONS.flatMap((section) => {
    const measured = peers[section.name];
    return measured ? [{ section, measured, table: peerRows(measured) }] : [];
  });
  const measured = SECTIONS.flatMap((section) => {
    const own = bench[section.name];
    return own ? [{ section, own }] : [];
  });
  const peerStamps = new Stamps();
  const stamps = new Stamps();
  const omissions = new Set(compared.flatMap(({ table }) => formatOmissions(table.omissions).split('\n')));
  return [
    '## Beside other libraries',
    '![Training lenet5: images a second by batch size, for every library](benchmarks.svg)',
    ...(compared[0] ? peerStamps.lines(compared[0].measured) : []),
    formatPeers(everyPeer(compared.map(({ table }) => table))),
    [...omissions].filter((line) => line !== '').join('\n'),
    ...compared.flatMap(({ section, measured: stamp, table }) => [
      `### ${section.title}`,
      [section.describe(stamp.machine), ...peerStamps.lines(stamp)].join(' '),
      section.format(table.rows),
    ]),
    '## laminet by itself',
    ...(measured[0] ? stamps.lines(measured[0].own) : []),
    ...measured.flatMap(({ section, own }) => [
      `### ${section.title}`,
      [section.describe(own.machine), ...stamps.lines(own)].join(' '),
      section.format(own.rows),
    ]),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Images a second by batch size, a bar a library. */
export function drawTraining(rows: readonly ComparisonRow[]): string {
  const batches = [...new Set(rows.map(({ batch }) => batch))].sort((a, b) => a - b);
  const libraries = [...new Set(rows.map(({ peer }) => peer))];
  const rate = (peer: string, batch: number): number | undefined => {
    const row = rows.find((candidate) => candidate.peer === peer && candidate.batch === batch);
    return row && 1 / row.seconds.median;
  };
  return barChart({
    title: 'Training lenet5: images a second',
    description: `Bars on a logarithmic scale, for batches of ${batches.join(', ')} images: ${libraries.join(', ')}.`,
    groups: batches.map(String),
    groupAxis: 'images in a batch',
    valueAxis: 'images a second, logarithmic',
    series: libraries.map((name) => ({ name, values: batches.map((batch) => rate(name, batch)) })),
  });
}
