import { toLoss } from '../lib/losses/loss';
import { profileRows } from '../lib/model/profile';
import { trainingRun } from './network-run';
import { networkGraph, networkImages } from './networks';
import { section } from './section';
import { formatTable } from './table';

const BATCH = 128;

interface OperationRow {
  readonly op: string;
  readonly milliseconds: number;
  readonly share: number;
  readonly gflops: number;
}

/** Where a training step of `resnet20` spends its time, all instructions of a kind together. */
export const operations = section<readonly OperationRow[]>({
  name: 'operations',
  title: 'Where a step of resnet20 spends its time',
  describe: ({ threads }) =>
    `Batch ${BATCH} on ${threads} threads, milliseconds of a step: instructions of a kind added up, over the threads averaged.`,
  async measure({ threads }, rounds) {
    const data = networkImages('resnet20', BATCH);
    const { program, plan, run } = trainingRun(networkGraph('resnet20'), toLoss('crossEntropy'), data, BATCH, threads);
    await run();
    const profile = new Float64Array(program.instructions.length + 2);
    for (let round = 0; round < rounds; round++) await run(profile);
    plan.dispose();
    const rows = profileRows(program, profile, BATCH * rounds);
    const all = rows.reduce((sum, { seconds }) => sum + seconds, 0);
    const kinds = [...new Set(rows.map(({ op }) => op))].map((op) => {
      const same = rows.filter((row) => row.op === op);
      const seconds = same.reduce((sum, row) => sum + row.seconds, 0);
      const flops = same.reduce((sum, row) => sum + row.flops, 0);
      return {
        op,
        milliseconds: (seconds / threads / rounds) * 1e3,
        share: seconds / all,
        gflops: seconds > 0 ? (flops / seconds / 1e9) * threads : 0,
      };
    });
    return kinds.sort((a, b) => b.milliseconds - a.milliseconds);
  },
  format: (rows) =>
    formatTable(
      ['instructions', 'ms', 'of the step', 'GFLOP/s'],
      rows
        .filter(({ share }) => share >= 0.0005)
        .map(({ op, milliseconds, share, gflops }) => [
          op,
          milliseconds.toFixed(2),
          `${(share * 100).toFixed(1)} %`,
          gflops > 0 ? gflops.toFixed(0) : '',
        ]),
    ),
});
