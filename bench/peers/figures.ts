import type { Machine } from '../machine';
import type { Sample } from '../measure';
import { formatTable } from '../table';
import type { ComparisonRow } from './compare';
import type { Omission, Peer } from './peer';

/** MNIST's training set: the epoch that times are given for. */
export const EPOCH = 60_000;

/** All that a run of the comparison finds out; what build/bench-peers.json holds. */
export interface PeerFigures {
  readonly date: string;
  readonly machine: Machine;
  /** Processes that wanted to run when the bench began, on average over a minute. */
  readonly loadBefore: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly peers: readonly Pick<Peer, 'name' | 'description' | 'calledFrom'>[];
  readonly omissions: readonly Omission[];
  readonly training: readonly ComparisonRow[];
  readonly inference: readonly ComparisonRow[];
  readonly vggSmall: readonly ComparisonRow[];
}

/** A number in three significant digits, thousands with commas. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

const range = ({ least, most }: Sample, scale = 1): string =>
  `${threeDigits(least * scale)} - ${threeDigits(most * scale)}`;

/** How many times faster laminet is, with its spread; nothing for laminet itself. */
const ratioCells = ({ peer, ratio }: ComparisonRow): string[] =>
  peer.startsWith('laminet') ? ['', ''] : [`${threeDigits(ratio.median)}x`, range(ratio)];

/** What was run, and what was not. */
export function formatPeers({ peers, omissions }: Pick<PeerFigures, 'peers' | 'omissions'>): string {
  const table = formatTable(
    ['library', 'called from', 'version'],
    peers.map(({ name, calledFrom, description }) => [name, calledFrom, description]),
  );
  return [table, ...omissions.map(({ name, reason }) => `left out: ${name}: ${reason}`)].join('\n');
}

/** Seconds for an epoch by batch size, and what each did in a round. */
export function formatTraining(rows: readonly ComparisonRow[]): string {
  return formatTable(
    [
      'library',
      'batch',
      'epoch of 60,000, s',
      'least - most',
      'images/s',
      'laminet is faster',
      'least - most',
      'run as',
    ],
    rows.map((row) => [
      row.peer,
      String(row.batch),
      threeDigits(row.seconds.median * EPOCH),
      range(row.seconds, EPOCH),
      threeDigits(1 / row.seconds.median),
      ...ratioCells(row),
      row.amount < row.most ? `${row.setting}; ${row.amount.toLocaleString('en-US')} images, scaled` : row.setting,
    ]),
  );
}

/** Microseconds a call. */
export function formatInference(rows: readonly ComparisonRow[]): string {
  return formatTable(
    ['library', 'called from', 'images', 'a call, us', 'least - most', 'laminet is faster', 'least - most', 'run as'],
    rows.map((row) => [
      row.peer,
      row.calledFrom,
      String(row.batch),
      threeDigits(row.seconds.median * 1e6),
      range(row.seconds, 1e6),
      ...ratioCells(row),
      row.setting,
    ]),
  );
}

/** Seconds a step, for networks of which a step takes seconds. */
export function formatSteps(rows: readonly ComparisonRow[]): string {
  return formatTable(
    ['library', 'batch', 'a step, s', 'least - most', 'images/s', 'laminet is faster', 'least - most', 'run as'],
    rows.map((row) => [
      row.peer,
      String(row.batch),
      threeDigits(row.seconds.median * row.batch),
      range(row.seconds, row.batch),
      threeDigits(1 / row.seconds.median),
      ...ratioCells(row),
      row.setting,
    ]),
  );
}
