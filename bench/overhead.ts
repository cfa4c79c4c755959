import { dense } from '../lib/layers/dense';
import { sumOfSquaredErrors } from '../lib/losses/loss';
import { chain } from '../lib/model/graph';
import { interleave, type Sample } from './measure';
import { randomNumbers, trainingRun } from './network-run';
import { section } from './section';
import { formatTable } from './table';

/** Steps of a run. */
const STEPS = 20_000;

interface OverheadRow {
  readonly batch: number;
  readonly threads: number;
  readonly microseconds: Sample;
}

/** What a training step takes in which there is nothing to compute: one weight and one bias. */
export const overhead = section<readonly OverheadRow[]>({
  name: 'overhead',
  title: 'A step with nothing to compute',
  describe: () =>
    'Microseconds of a training step of a network of one weight and one bias: what is not a kernel, and a dozen kernels ' +
    'that have a number or two to work on. A batch of 16 is one slice, a batch of 32 one for each of two threads.',
  async measure(machine, rounds) {
    const graph = chain([1], [dense({ units: 1 })]);
    const cases = [16, 32].flatMap((batch) =>
      [...new Set([1, machine.threads])].map((threads) => {
        const data = randomNumbers([1], 1, batch * STEPS);
        return { batch, threads, run: trainingRun(graph, sumOfSquaredErrors(), data, batch, threads) };
      }),
    );
    const seconds = await interleave(
      cases.map(({ batch, threads, run }) => ({ name: `${batch} ${threads}`, run: () => run.run() })),
      rounds,
    );
    return cases.map(({ batch, threads, run }) => {
      run.plan.dispose();
      const { median = Number.NaN, least = Number.NaN, most = Number.NaN } = seconds.get(`${batch} ${threads}`) ?? {};
      const scaled = (value: number): number => (value / STEPS) * 1e6;
      const microseconds = { median: scaled(median), least: scaled(least), most: scaled(most), runs: rounds };
      return { batch, threads, microseconds };
    });
  },
  format: (rows) =>
    formatTable(
      ['batch', 'threads', 'us a step', 'least - most'],
      rows.map(({ batch, threads, microseconds: { median, least, most } }) => [
        String(batch),
        String(threads),
        median.toFixed(2),
        `${least.toFixed(2)} - ${most.toFixed(2)}`,
      ]),
    ),
});
