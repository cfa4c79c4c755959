import type { Measured } from '../figures-file';
import type { Sample } from '../measure';
import { formatTable } from '../table';
import type { ComparisonRow } from './compare';
import type { Omission, Peer } from './peer';

/** MNIST's training set: the epoch that times are given for. */
const EPOCH = 60_000;

/** The rows of one table of the comparison, who took part and who did not. */
export interface PeerRows {
  readonly peers: readonly Pick<Peer, 'name' | 'description' | 'calledFrom'>[];
  readonly omissions: readonly Omission[];
  readonly rows: readonly ComparisonRow[];
}

/** A table of the comparison as the file of figures has it. */
export const peerRows = ({ rows }: Measured): PeerRows => rows as PeerRows;

/** A number in three significant digits, thousands with commas. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

const range = ({ least, most }: Sample, scale = 1): string =>
  `${threeDigits(least * scale)} - ${threeDigits(most * scale)}`;

const isOurs = ({ peer }: ComparisonRow): boolean => peer.startsWith('laminet');

/** How many times faster laminet is, with its spread; nothing for laminet itself. */
const ratioCells = (row: ComparisonRow): string[] =>
  isOurs(row) ? ['', ''] : [`${threeDigits(row.ratio.median)}x`, range(row.ratio)];

const RATIO_HEADER = ['laminet is faster', 'least - most'] as const;

/** Who took part. */
export function formatPeers(peers: PeerRows['peers']): string {
  return formatTable(
    ['library', 'called from', 'version'],
    peers.map(({ name, calledFrom, description }) => [name, calledFrom, description]),
  );
}

/** Who did not, a line each. */
export function formatOmissions(omissions: readonly Omission[]): string {
  return omissions.map(({ name, reason }) => `- left out: ${name}: ${reason}`).join('\n');
}

/** Seconds for an epoch by batch size, and what each did in a round. */
export function formatTraining(rows: readonly ComparisonRow[]): string {
  return formatTable(
    ['library', 'batch', 'epoch of 60,000, s', 'least - most', 'images/s', ...RATIO_HEADER, 'run as'],
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
    ['library', 'called from', 'images', 'a call, us', 'least - most', ...RATIO_HEADER, 'run as'],
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
    ['network', 'library', 'batch', 'a step, s', 'least - most', 'images/s', ...RATIO_HEADER, 'run as'],
    rows.map((row) => [
      row.subject,
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

/** Milliseconds a step of two libraries side by side: a row a subject. */
export function formatPairs(title: string, rows: readonly ComparisonRow[]): string {
  const others = rows.filter((row) => !isOurs(row));
  return formatTable(
    [title, 'batch', 'laminet, ms', 'PyTorch, ms', ...RATIO_HEADER, 'PyTorch run as'],
    rows.filter(isOurs).map((row) => {
      const other = others.find(({ subject }) => subject === row.subject);
      return [
        row.subject.replaceAll('-', ' ').replace(',', ', '),
        String(row.batch),
        threeDigits(row.seconds.median * 1e3),
        other ? threeDigits(other.seconds.median * 1e3) : '',
        ...(other ? ratioCells(other) : ['', '']),
        other ? other.setting : 'has none',
      ];
    }),
  );
}
