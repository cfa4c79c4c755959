import { type Contender, interleavedSeconds, ratios, type Sample, summarize } from '../measure';
import { canDo, firstLine, type Omission, type Peer } from './peer';
import { describeSetting, type NetworkName, type Task } from './protocol';
import { type Limits, type Tuned, tune } from './tune';

/** What is compared: one task of one network at one batch size. */
export interface Comparison {
  readonly task: Task;
  readonly network: NetworkName;
  readonly batch: number;
  /** Images of a whole training run, or calls: slower peers do fewer, and their times are scaled. */
  readonly most: number;
}

/** One peer's figures. */
export interface ComparisonRow {
  readonly peer: string;
  readonly calledFrom: string;
  readonly batch: number;
  /** Threads and layout that did best. */
  readonly setting: string;
  /** Images or calls in each counted round, of `most`. */
  readonly amount: number;
  readonly most: number;
  /** For one image (training) or one call (inference). */
  readonly seconds: Sample;
  /** How many times as long as the first peer's, round by round; 1 for that itself. */
  readonly ratio: Sample;
}

export interface ComparisonResult {
  readonly rows: ComparisonRow[];
  readonly omissions: Omission[];
}

/**
 * Measures one comparison: every peer first finds its best setting, then all run in turn. A peer that fails is named and
 * left out, but for the first, to which the others are compared.
 * @param expected seconds an image by peer, from smaller batches; filled here
 */
export async function compare(
  peers: readonly Peer[],
  { task, network, batch, most }: Comparison,
  limits: Limits,
  rounds: number,
  expected: Map<string, number>,
): Promise<ComparisonResult> {
  const omissions: Omission[] = [];
  const tuned = new Map<Peer, Tuned>();
  const images = task === 'train' ? 1 : batch;
  const omit = (peer: Peer, error: unknown): void => {
    // Everything is set against the first: without it there is nothing to compare.
    if (peer === peers[0]) throw error;
    omissions.push({ name: `${peer.name}, ${task} ${network}, batch ${batch}`, reason: firstLine(error) });
    tuned.delete(peer);
  };
  for (const peer of peers) {
    if (!canDo(peer, task, network)) continue;
    const work = {
      settings: peer.settings,
      size: task === 'train' ? batch : 1,
      most,
      run: (amount: number, setting: Tuned['setting']) => peer.run({ task, network, batch, amount, setting }),
    };
    try {
      const best = await tune(work, limits, (expected.get(peer.name) ?? 0) * images);
      tuned.set(peer, best);
      expected.set(peer.name, best.seconds / images);
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
          return (await peer.run({ task, network, batch, amount, setting })) / amount;
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
