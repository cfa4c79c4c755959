import { toLoss } from '../lib/losses/loss';
import { instructionFlops } from '../lib/model/profile';
import { trainingRun } from './network-run';
import { networkGraph, networkImages } from './networks';
import { section } from './section';
import { formatTable } from './table';

interface InstructionRow {
  readonly op: string;
  readonly layer: string;
  readonly microseconds: number;
  readonly gflops: number;
  readonly shareOfPeak: number;
}

/** Where a training step of `lenet5` spends its time, on one thread. */
export const instructions = section<readonly InstructionRow[]>({
  name: 'instructions',
  title: 'Where a step of lenet5 spends its time',
  describe: () => 'Batch 64 on one thread, microseconds for each slice of 16 samples.',
  async measure(machine) {
    const data = networkImages('lenet5', 16_000);
    const run = trainingRun(networkGraph('lenet5'), toLoss('crossEntropy'), data, 64, 1);
    await run.run();
    const { instructions: listed } = run.program;
    const profile = new Float64Array(listed.length + 2);
    await run.run(profile);
    run.plan.dispose();
    const slices = data.count / 16;
    const row = (op: string, layer: string, seconds: number, flops: number): InstructionRow => {
      const gflops = seconds > 0 ? (flops * data.count) / seconds / 1e9 : 0;
      return { op, layer, microseconds: (seconds / slices) * 1e6, gflops, shareOfPeak: gflops / machine.peak };
    };
    return [
      ...listed
        .map((instruction, index) =>
          row(instruction.op, instruction.layer, profile[index] ?? 0, instructionFlops(instruction)),
        )
        .filter(({ microseconds }) => microseconds > 0),
      row('sums and updates', '', profile[listed.length] ?? 0, 0),
    ];
  },
  format: (rows) =>
    formatTable(
      ['instruction', 'layer', 'us a slice', 'GFLOP/s', 'of peak'],
      rows.map((row) => [
        row.op,
        row.layer,
        row.microseconds.toFixed(2),
        row.gflops > 0 ? row.gflops.toFixed(1) : '',
        row.gflops > 0 ? `${(row.shareOfPeak * 100).toFixed(0)} %` : '',
      ]),
    ),
});
