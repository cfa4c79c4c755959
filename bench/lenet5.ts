import { toLoss } from '../lib/losses/loss';
import { chain } from '../lib/model/graph';
import { instructionFlops } from '../lib/model/profile';
import { networkNamed } from '../lib/networks/networks';
import type { Machine } from './machine';
import { interleave } from './measure';
import { randomImages, trainingRun } from './network-run';
import { formatTable } from './table';

/** MNIST's training set. */
const EPOCH = 60_000;

/** Fewer images where steps are small: enough for half a second. */
const CASES = [
  { batchSize: 1, images: 6_000 },
  { batchSize: 16, images: 60_000 },
  { batchSize: 64, images: 60_000 },
  { batchSize: 256, images: 60_000 },
] as const;

/** One row of the table of steps. */
export interface StepRow {
  readonly batchSize: number;
  readonly epochSeconds: number;
  readonly least: number;
  readonly most: number;
  readonly stepMicroseconds: number;
  readonly gflops: number;
  readonly shareOfPeak: number;
  readonly workingMegabytes: number;
}

/** Training of `lenet5` on data already in memory, by batch size: seconds for 60,000 images. */
export async function benchLenet5(machine: Machine, rounds: number): Promise<StepRow[]> {
  const { layers, inputShape, defaults } = networkNamed('lenet5');
  const graph = chain(inputShape, layers());
  const data = randomImages([1, 28, 28], EPOCH, 2);
  const runs = CASES.map(({ batchSize, images }) => ({
    batchSize,
    images,
    run: trainingRun(graph, toLoss(defaults.loss), data.slice(0, images), batchSize, machine.threads),
  }));
  const measured = await interleave(
    runs.map(({ batchSize, run }) => ({ name: String(batchSize), run: () => run.run() })),
    rounds,
  );
  return runs.map(({ batchSize, images, run }) => {
    const seconds = measured.get(String(batchSize)) ?? { median: Number.NaN, least: Number.NaN, most: Number.NaN };
    const scale = EPOCH / images;
    const flops = run.program.instructions.reduce((sum, instruction) => sum + instructionFlops(instruction), 0);
    const gflops = (flops * images) / seconds.median / 1e9;
    run.plan.dispose();
    return {
      batchSize,
      epochSeconds: seconds.median * scale,
      least: seconds.least * scale,
      most: seconds.most * scale,
      stepMicroseconds: (seconds.median / Math.ceil(images / batchSize)) * 1e6,
      gflops,
      shareOfPeak: gflops / machine.peakOfAll,
      workingMegabytes: run.plan.workingBytes / 1e6,
    };
  });
}

/** The rows as a table. */
export function formatSteps(rows: readonly StepRow[]): string {
  return formatTable(
    ['batch', 'epoch of 60,000, s', 'least - most', 'step, us', 'GFLOP/s', 'of peak', 'memory, MB'],
    rows.map((row) => [
      String(row.batchSize),
      row.epochSeconds.toFixed(3),
      `${row.least.toFixed(3)} - ${row.most.toFixed(3)}`,
      row.stepMicroseconds.toFixed(1),
      row.gflops.toFixed(1),
      `${(row.shareOfPeak * 100).toFixed(0)} %`,
      row.workingMegabytes.toFixed(1),
    ]),
  );
}

/** One row of the table of instructions. */
export interface InstructionRow {
  readonly op: string;
  readonly layer: string;
  readonly microseconds: number;
  readonly gflops: number;
  readonly shareOfPeak: number;
}

/** Where a training step of `lenet5` spends its time, on one thread: microseconds for each slice of 16 samples. */
export async function profileLenet5(machine: Machine): Promise<InstructionRow[]> {
  const { layers, inputShape, defaults } = networkNamed('lenet5');
  const data = randomImages([1, 28, 28], 16_000, 2);
  const run = trainingRun(chain(inputShape, layers()), toLoss(defaults.loss), data, 64, 1);
  await run.run();
  const { instructions } = run.program;
  const profile = new Float64Array(instructions.length + 2);
  await run.run(profile);
  run.plan.dispose();
  const slices = data.count / 16;
  const row = (op: string, layer: string, seconds: number, flops: number): InstructionRow => {
    const gflops = seconds > 0 ? (flops * data.count) / seconds / 1e9 : 0;
    return { op, layer, microseconds: (seconds / slices) * 1e6, gflops, shareOfPeak: gflops / machine.peak };
  };
  return [
    ...instructions
      .map((instruction, index) =>
        row(instruction.op, instruction.layer, profile[index] ?? 0, instructionFlops(instruction)),
      )
      .filter(({ microseconds }) => microseconds > 0),
    row('sums and updates', '', profile[instructions.length] ?? 0, 0),
  ];
}

/** The rows as a table. */
export function formatInstructions(rows: readonly InstructionRow[]): string {
  return formatTable(
    ['instruction', 'layer', 'us a slice', 'GFLOP/s', 'of peak'],
    rows.map((row) => [
      row.op,
      row.layer,
      row.microseconds.toFixed(2),
      row.gflops > 0 ? row.gflops.toFixed(1) : '',
      row.gflops > 0 ? `${(row.shareOfPeak * 100).toFixed(0)} %` : '',
    ]),
  );
}
