import { ACTIVATION_NAMES, activation } from '../lib/layers/activation';
import { averagePool2d } from '../lib/layers/average-pool2d';
import { batchNorm } from '../lib/layers/batch-norm';
import { dropout, spatialDropout2d } from '../lib/layers/dropout';
import { cropping2d, zeroPadding2d } from '../lib/layers/frame';
import { groupNorm } from '../lib/layers/group-norm';
import type { Layer } from '../lib/layers/layer';
import { localResponseNorm } from '../lib/layers/local-response-norm';
import { maxPool2d } from '../lib/layers/max-pool2d';
import { prelu } from '../lib/layers/prelu';
import { upsampling2d } from '../lib/layers/upsampling2d';
import { LOSS_NAMES, type LossName, toLoss } from '../lib/losses/loss';
import { chain } from '../lib/model/graph';
import type { Instruction, Program } from '../lib/ops/program';
import { sizeOf } from '../lib/tensor/shape';
import { summarize } from './measure';
import { timedStep, timeRounds } from './passes';
import { section } from './section';
import { formatTable } from './table';

/** One thread works on slices of 16 samples; a tensor of one fills a part of the second-level cache, or is far beyond it. */
const SLICE = 16;
const SIZES = [
  { name: 'in cache', size: 32 },
  { name: 'in memory', size: 512 },
] as const;

/** A layer whose kernels are measured, or a loss on what it puts out. */
interface Subject {
  readonly channels: number;
  layer(): Layer;
  readonly loss?: LossName;
}

const SUBJECTS: readonly Subject[] = [
  // Softmax goes over channels; the others are functions of single elements.
  ...ACTIVATION_NAMES.filter((name) => name !== 'linear').map((name) => ({
    channels: name === 'softmax' || name === 'logSoftmax' ? 10 : 1,
    layer: () => activation(name),
  })),
  { channels: 10, layer: () => prelu() },
  { channels: 1, layer: () => maxPool2d({ poolSize: 2 }) },
  { channels: 1, layer: () => averagePool2d({ poolSize: 2 }) },
  { channels: 1, layer: () => averagePool2d({ poolSize: 3, strides: 2, padding: 1 }) },
  { channels: 1, layer: () => upsampling2d({ size: 2 }) },
  { channels: 1, layer: () => zeroPadding2d({ padding: 2 }) },
  { channels: 1, layer: () => cropping2d({ cropping: 2 }) },
  { channels: 1, layer: () => dropout({ rate: 0.5 }) },
  { channels: 16, layer: () => spatialDropout2d({ rate: 0.2 }) },
  { channels: 16, layer: () => batchNorm() },
  { channels: 16, layer: () => groupNorm({ groups: 4 }) },
  { channels: 16, layer: () => localResponseNorm() },
  ...LOSS_NAMES.map((loss) => ({ channels: 1, layer: () => activation('relu'), loss })),
];

/** Ops beside a loss that are the same for all losses. */
const BESIDE_LOSS: readonly string[] = ['meanLoss', 'sumLoss', 'countCorrect', 'classTargets'];

/** Kernels with less to work on have no rate worth telling: those on a number or two for each channel or sample. */
const LEAST_BYTES = 16_384;

/** One kernel, or a plain copy. */
interface MemoryRow {
  readonly kernel: string;
  readonly where: string;
  /** Of all tensors that the kernel reads or writes. */
  readonly kilobytes: number;
  readonly gigabytesPerSecond: number;
  readonly least: number;
  readonly most: number;
  readonly shareOfCopy: number;
}

/** Bytes that an instruction reads and writes for a slice: numbers of 4, places of winners of 1. */
function bytesOf({ tensors }: Program, { inputs, outputs }: Instruction): number {
  const used = [...inputs, ...outputs].flatMap((id) => tensors[id] ?? []);
  return used.reduce((sum, { shape, kind }) => sum + sizeOf(shape) * (kind === 'index' ? 1 : 4), 0) * SLICE;
}

/** Bytes a second, read and written, of copies from one array to another of half the bytes each. */
function copyRates(bytes: number, rounds: number): number[] {
  const from = new Float32Array(new SharedArrayBuffer(bytes / 2)).fill(1);
  const to = new Float32Array(new SharedArrayBuffer(bytes / 2));
  const copies = Math.ceil(2e8 / bytes);
  const copyAll = (): number => {
    const began = performance.now();
    for (let copy = 0; copy < copies; copy++) to.set(from);
    return (bytes * copies) / ((performance.now() - began) / 1000);
  };
  copyAll();
  return Array.from({ length: rounds }, copyAll);
}

function rowOf(kernel: string, where: string, bytes: number, rates: readonly number[], copy: number): MemoryRow {
  const { median, least, most } = summarize(rates.map((rate) => rate / 1e9));
  return {
    kernel,
    where,
    kilobytes: bytes / 1000,
    gigabytesPerSecond: median,
    least,
    most,
    shareOfCopy: median / copy,
  };
}

async function measureLayer(
  { channels, layer, loss }: Subject,
  { name, size }: (typeof SIZES)[number],
  rounds: number,
  copy: number,
): Promise<MemoryRow[]> {
  const rows = channels > 1 ? Math.ceil(size / channels) : size;
  const step = timedStep(chain([channels, rows, size], [layer()]), SLICE, 1, loss && toLoss(loss));
  const { program } = step;
  const steps = Math.ceil(4e7 / (size * size * SLICE * 4));
  const seconds = await timeRounds(step, steps, rounds);
  step.plan.dispose();
  return program.instructions.flatMap((instruction, index) => {
    const { op, phase, layer: from } = instruction;
    const { median, least, most } = seconds[index] ?? summarize([]);
    if ((from === 'loss') !== (loss !== undefined) || BESIDE_LOSS.includes(op)) return [];
    if (from === 'input' || op === 'scatter' || phase === 'update') return [];
    const bytes = bytesOf(program, instruction);
    if (bytes < LEAST_BYTES) return [];
    return rowOf(op, name, bytes, [bytes / most, bytes / median, bytes / least], copy);
  });
}

/** Kernels whose time is that of memory, beside copies of as much. */
export const memoryBound = section<readonly MemoryRow[]>({
  name: 'elementwise',
  title: 'Activations, pooling, normalization, dropout and losses',
  describe: () =>
    'Gigabytes a second that are read and written on one thread, beside those of copying as much from one array to another.',
  async measure(_machine, rounds) {
    const table: MemoryRow[] = [];
    for (const size of SIZES) {
      const bytes = 2 * size.size ** 2 * SLICE * 4;
      const rates = copyRates(bytes, rounds);
      const copy = summarize(rates).median / 1e9;
      table.push(rowOf('copy', size.name, bytes, rates, copy));
      for (const layer of SUBJECTS) table.push(...(await measureLayer(layer, size, rounds, copy)));
    }
    return table;
  },
  format: (rows) =>
    formatTable(
      ['kernel', 'tensors', 'kB', 'GB/s', 'least - most', 'of copy'],
      rows.map((row) => [
        row.kernel,
        row.where,
        row.kilobytes.toFixed(0),
        row.gigabytesPerSecond.toFixed(1),
        `${row.least.toFixed(1)} - ${row.most.toFixed(1)}`,
        `${(row.shareOfCopy * 100).toFixed(0)} %`,
      ]),
    ),
});
