import { conv2d } from '../lib/layers/conv2d';
import { sumOfSquaredErrors } from '../lib/losses/loss';
import { chain } from '../lib/model/graph';
import { instructionFlops } from '../lib/model/profile';
import type { Machine } from './machine';
import { summarize } from './measure';
import { randomNumbers, trainingRun } from './network-run';
import { formatTable } from './table';

/** One convolution: images of `channels` x `size` x `size`, `filters` kernels of `kernel` x `kernel`. */
interface Shape {
  readonly channels: number;
  readonly filters: number;
  readonly size: number;
  readonly kernel: number;
  readonly strides?: number;
  readonly padding?: number;
  readonly batch?: number;
}

/** The shapes of LeNet-5, VGG-like networks and ResNet-20, then awkward ones. */
const SHAPES: readonly Shape[] = [
  { channels: 1, filters: 6, size: 32, kernel: 5, padding: 0 },
  { channels: 6, filters: 16, size: 14, kernel: 5, padding: 0 },
  { channels: 16, filters: 120, size: 5, kernel: 5, padding: 0 },
  { channels: 3, filters: 32, size: 32, kernel: 3 },
  { channels: 3, filters: 64, size: 32, kernel: 3 },
  { channels: 32, filters: 32, size: 32, kernel: 3 },
  { channels: 64, filters: 64, size: 32, kernel: 3 },
  { channels: 64, filters: 128, size: 16, kernel: 3 },
  { channels: 128, filters: 128, size: 16, kernel: 3 },
  { channels: 128, filters: 256, size: 8, kernel: 3 },
  { channels: 256, filters: 256, size: 8, kernel: 3 },
  { channels: 256, filters: 512, size: 4, kernel: 3 },
  { channels: 512, filters: 512, size: 4, kernel: 3 },
  { channels: 16, filters: 16, size: 32, kernel: 3 },
  { channels: 16, filters: 32, size: 32, kernel: 3, strides: 2 },
  { channels: 16, filters: 32, size: 32, kernel: 1, strides: 2, padding: 0 },
  { channels: 5, filters: 13, size: 31, kernel: 7, padding: 3 },
  { channels: 17, filters: 33, size: 15, kernel: 2, padding: 0 },
  { channels: 13, filters: 17, size: 7, kernel: 5, padding: 2, batch: 17 },
  { channels: 33, filters: 17, size: 15, kernel: 1, padding: 0, batch: 100 },
];

const PASSES = ['conv2d', 'conv2dGradInput', 'conv2dGradWeight'] as const;

/** One row: GFLOP/s of the three passes, all threads together. */
export interface ConvolutionRow {
  readonly shape: string;
  readonly batch: number;
  readonly passes: readonly {
    readonly gflops: number;
    readonly least: number;
    readonly most: number;
    readonly shareOfPeak: number;
  }[];
}

async function benchShape(shape: Shape, machine: Machine, rounds: number): Promise<ConvolutionRow> {
  const { channels, filters, size, kernel, strides = 1, padding = 1, batch = 64 } = shape;
  const graph = chain([channels, size, size], [conv2d({ filters, kernelSize: kernel, strides, padding })]);
  const outputs = graph.outputShape.reduce((product, axis) => product * axis, 1);
  const data = randomNumbers([channels, size, size], outputs, batch);
  const run = trainingRun(graph, sumOfSquaredErrors(), data, batch, machine.threads, { inputGradient: true });
  const { instructions } = run.program;
  const rates = PASSES.map((): number[] => []);
  // Enough runs of the one step for a tenth of a second or so.
  const flops = instructions.reduce((sum, instruction) => sum + instructionFlops(instruction), 0) * batch;
  const repeats = Math.max(1, Math.ceil((0.1 * machine.peakOfAll * 1e9) / flops / 2));
  for (let round = 0; round <= rounds; round++) {
    const profile = new Float64Array(instructions.length + 2);
    for (let repeat = 0; repeat < repeats; repeat++) await run.run(profile);
    if (round === 0) continue;
    for (const [pass, op] of PASSES.entries()) {
      const index = instructions.findIndex((instruction) => instruction.op === op);
      const instruction = instructions[index];
      if (!instruction) continue;
      // Seconds add up over the threads, which work at the same time.
      const seconds = (profile[index] ?? 0) / Math.min(machine.threads, Math.ceil(batch / 16));
      rates[pass]?.push((instructionFlops(instruction) * batch * repeats) / seconds / 1e9);
    }
  }
  run.plan.dispose();
  return {
    shape: `${channels}->${filters}, ${size}x${size}, ${kernel}x${kernel}${strides > 1 ? `/${strides}` : ''}`,
    batch,
    passes: rates.map((values) => {
      const { median, least, most } = summarize(values);
      return { gflops: median, least, most, shareOfPeak: median / machine.peakOfAll };
    }),
  };
}

/** Forward, backward to the input and backward to the weights of one convolution after another. */
export async function benchConvolutions(machine: Machine, rounds: number): Promise<ConvolutionRow[]> {
  const rows: ConvolutionRow[] = [];
  for (const shape of SHAPES) rows.push(await benchShape(shape, machine, rounds));
  return rows;
}

/** The rows as a table. */
export function formatConvolutions(rows: readonly ConvolutionRow[]): string {
  return formatTable(
    ['convolution', 'batch', 'forward', 'of peak', 'to input', 'of peak', 'to weights', 'of peak'],
    rows.map(({ shape, batch, passes }) => [
      shape,
      String(batch),
      ...passes.flatMap(({ gflops, shareOfPeak }) => [gflops.toFixed(0), `${(shareOfPeak * 100).toFixed(0)} %`]),
    ]),
  );
}
