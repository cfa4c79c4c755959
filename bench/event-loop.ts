import { toLoss } from '../lib/losses/loss';
import { type Sample, summarize } from './measure';
import { trainingRun } from './network-run';
import { networkGraph, networkImages } from './networks';
import { section } from './section';
import { formatTable } from './table';

/** How often the timer is to fire. */
const TICK_MILLISECONDS = 1;
const IMAGES = 30_000;

interface GapRow {
  readonly batch: number;
  /** Of a round, in milliseconds. */
  readonly longest: Sample;
  readonly median: number;
}

/** Milliseconds between the ticks of a timer while `work` goes on. */
async function gapsDuring(work: () => Promise<unknown>): Promise<number[]> {
  const gaps: number[] = [];
  let last = performance.now();
  const tick = (): void => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  };
  const timer = setInterval(tick, TICK_MILLISECONDS);
  await work();
  clearInterval(timer);
  tick();
  return gaps;
}

/** How long a program waits for its event loop while a network is trained on as many threads as there are processors. */
export const eventLoop = section<readonly GapRow[]>({
  name: 'event-loop',
  title: 'The event loop during training',
  describe: ({ threads }) =>
    `Gaps between the ticks of a timer of ${TICK_MILLISECONDS} ms while lenet5 is trained on ${threads} threads.`,
  async measure({ threads }, rounds) {
    const data = networkImages('lenet5', IMAGES);
    const rows: GapRow[] = [];
    for (const batch of [16, 64, 256]) {
      const run = trainingRun(networkGraph('lenet5'), toLoss('crossEntropy'), data, batch, threads);
      await run.run();
      const all: number[] = [];
      const longest: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const gaps = await gapsDuring(() => run.run());
        all.push(...gaps);
        longest.push(Math.max(...gaps));
      }
      run.plan.dispose();
      rows.push({ batch, longest: summarize(longest), median: summarize(all).median });
    }
    return rows;
  },
  format: (rows) =>
    formatTable(
      ['batch', 'median gap, ms', 'longest of a round, ms', 'longest of all, ms'],
      rows.map(({ batch, longest, median }) => [
        String(batch),
        median.toFixed(2),
        longest.median.toFixed(1),
        longest.most.toFixed(1),
      ]),
    ),
});
