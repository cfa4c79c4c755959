import { barChart } from './bar-chart';
import type { Machine } from './machine';
import type { ComparisonRow } from './peers/compare';
import type { PeerFigures } from './peers/figures';
import { formatInference, formatPeers, formatSteps, formatTraining } from './peers/figures';
import { SECTIONS } from './sections';

/** What build/bench.json holds. */
export interface BenchFigures {
  readonly date: string;
  readonly machine: Machine;
  /** Counted ones. */
  readonly rounds: number;
  /** The rows of every section by its name. */
  readonly tables: Readonly<Record<string, unknown>>;
}

const BEGIN = '<!-- figures: begin -->';
const END = '<!-- figures: end -->';

/** A page with the text between its two comments replaced. Error: where it has not both, in this order. */
export function fillFigures(page: string, figures: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the page has no place for figures: ${BEGIN} ... ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${figures.trim()}\n\n${page.slice(end)}`;
}

const describeMachine = ({ processor, cores, instructionSet, node, threads, peak, peakOfAll }: Machine): string =>
  `${processor}, ${cores} cores, ${instructionSet}, Node ${node}; multiply-adds that touch no memory: ` +
  `${peak.toFixed(0)} GFLOP/s on one thread, ${peakOfAll.toFixed(0)} on ${threads}.`;

const day = (date: string): string => date.slice(0, 10);

/** The tables of both benches as Markdown. */
export function formatFigures(bench: BenchFigures, peers: PeerFigures): string {
  return [
    '## Beside other libraries',
    '![Training lenet5: images a second by batch size, for every library](benchmarks.svg)',
    `Measured on ${day(peers.date)}, ${peers.rounds} rounds: ${describeMachine(peers.machine)}`,
    formatPeers(peers),
    '### Training lenet5',
    formatTraining(peers.training),
    '### Inference of lenet5',
    formatInference(peers.inference),
    '### Training vgg-small',
    formatSteps(peers.vggSmall),
    '## laminet by itself',
    `Measured on ${day(bench.date)}, ${bench.rounds} rounds: ${describeMachine(bench.machine)}`,
    ...SECTIONS.filter(({ name }) => name in bench.tables).flatMap(({ name, title, describe, format }) => [
      `### ${title}`,
      describe(bench.machine),
      format(bench.tables[name]),
    ]),
  ].join('\n\n');
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
