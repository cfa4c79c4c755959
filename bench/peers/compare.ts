import { type Contender, interleavedSeconds, ratios, type Sample, summarize } from '../measure';
import { firstLine, type Omission, type Peer, settingsFor } from './peer';
import { describeSetting, type Task } from './protocol';
import { type Limits, type Tuned, tune } from './tune';

/** What is compared: one task of one subject at one batch size. */
export interface Comparison {
  readonly task: Task;
  /** The network, layer or optimizer. */
  readonly subject: string;
  readonly batch: number;
  /** Images of a whole training run, or calls or steps: slower peers do fewer, and their times are scaled. */
  readonly most: number;
}

/** One peer's figures. */
export interface ComparisonRow {
  readonly subject: string;
  readonly peer: string;
  readonly calledFrom: string;
  readonly batch: number;
  /** Threads and variant that did best. */
  readonly setting: string;
  /** Images, calls or steps in each counted round, of `most`. */
  readonly amount: number;
  readonly most: number;
  /** For one image (training a network), one call or one step. */
  readonly seconds: Sample;
  /** How many times as long as the first peer's, round by round; 1 for that itself. */
  readonly ratio: Sample;
}

export interface ComparisonResult {
  readonly rows: ComparisonRow[];
  readonly omissions: Omission[];
}

/**
 * Measures one comparison: every peer that can do it first finds its best setting, then all run in turn. A peer that fails
 * is named and left out, but for the first, to which the others are compared.
 * @param expected seconds an image by peer, from smaller batches; filled here
 */
export async function compare(
  peers: readonly Peer[],
  { task, subject, batch, most }: Comparison,
  limits: Limits,
  rounds: number,
  expected: Map<string, number>,
): Promise<ComparisonResult> {
  const omissions: Omission[] = [];
  const tuned = new Map<Peer, Tuned>();
  const images = task === 'train' ? 1 : batch;
  const able = peers.filter((peer) => settingsFor(peer, task, subject).length > 0);
  const omit = (peer: Peer, error: unknown): void => {
    // Everything is set against the first: without it there is nothing to compare.
    if (peer === able[0]) throw error;
    omissions.push({ name: `${peer.name}, ${task} ${subject}, batch ${batch}`, reason: firstLine(error) });
    tuned.delete(peer);
  };
  for (const peer of able) {
    const work = {
      settings: settingsFor(peer, task, subject),
      size: task === 'train' ? batch : 1,
      most,
      run: (amount: number, setting: Tuned['setting']) => peer.run({ task, subject, batch, amount, setting }),
    };
    const known = `${peer.name} ${task} ${subject}`;
    try {
      const best = await tune(work, limits, (expected.get(known) ?? 0) * images);
      tuned.set(peer, best);
      expected.set(known, best.seconds / images);
    } catch (error) {
      omit(peer, error);
    }
  }
  const contenders = [...tuned].map(
    ([peer, { setting, amount }]): Contender => ({
      name: peer.name,
      async run() {
        if (!tuned.has(peer)) return Number.NaN;
        try {
          return (await peer.run({ task, subject, batch, amount, setting })) / amount;
        } catch (error) {
          omit(peer, error);
          return Number.NaN;
        }
      },
    }),
  );
  const seconds = await interleavedSeconds(contenders, rounds);
  const rows = [...tuned].map(([peer, { setting, amount }], index, [first]): ComparisonRow => {
    const own = seconds.get(peer.name) ?? [];
    const ours = (index > 0 && first && seconds.get(first[0].name)) || own;
    return {
      subject,
      peer: peer.name,
      calledFrom: peer.calledFrom,
      batch,
      setting: describeSetting(setting),
      amount,
      most,
      seconds: summarize(own),
      ratio: ratios(own, ours),
    };
  });
  return { rows, omissions };
}

/** Measures comparison after comparison. */
export async function compareAll(
  peers: readonly Peer[],
  comparisons: readonly Comparison[],
  limits: Limits,
  rounds: number,
): Promise<ComparisonResult> {
  const expected = new Map<string, number>();
  const rows: ComparisonRow[] = [];
  const omissions: Omission[] = [];
  for (const comparison of comparisons) {
    const result = await compare(peers, comparison, limits, rounds, expected);
    rows.push(...result.rows);
    omissions.push(...result.omissions);
  }
  return { rows, omissions };
}
