import { conv2d } from '../lib/layers/conv2d';
import { partialConv2d } from '../lib/layers/partial-conv2d';
import { chain } from '../lib/model/graph';
import { measurePasses, PASS_HEADER, type PassRow, passCells } from './passes';
import { section } from './section';
import { formatTable } from './table';

/** One convolution: images of `channels` x `size` x `size`, `filters` kernels of `kernel` x `kernel`. */
interface Shape {
  readonly channels: number;
  readonly filters: number;
  readonly size: number;
  readonly kernel: number;
  readonly strides?: number;
  readonly padding?: number;
  /** Default: 64 alone. */
  readonly batches?: readonly number[];
}

/** From one image to more than fit into a cache. */
const SMALL_TO_LARGE = [1, 16, 64, 256];

/** The shapes of LeNet-5, VGG-like networks and ResNet-20, then awkward ones. */
const SHAPES: readonly Shape[] = [
  { channels: 1, filters: 6, size: 32, kernel: 5, padding: 0, batches: SMALL_TO_LARGE },
  { channels: 6, filters: 16, size: 14, kernel: 5, padding: 0, batches: SMALL_TO_LARGE },
  { channels: 16, filters: 120, size: 5, kernel: 5, padding: 0, batches: SMALL_TO_LARGE },
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
  { channels: 5, filters: 13, size: 31, kernel: 7, padding: 3, batches: [1, 17, 64, 100] },
  { channels: 17, filters: 33, size: 15, kernel: 2, padding: 0, batches: [1, 17, 64, 100] },
  { channels: 13, filters: 17, size: 7, kernel: 5, padding: 2, batches: [1, 17, 100] },
  { channels: 33, filters: 17, size: 15, kernel: 1, padding: 0, batches: [1, 17, 100] },
];

const PASSES = ['conv2d', 'conv2dGradInput', 'conv2dGradWeight'] as const;
const PARTIAL_PASSES = ['partialConv2d', 'partialConv2dGradInput', 'partialConv2dGradWeight'] as const;

/** Forward, backward to the input and backward to the weights of one convolution after another. */
export const convolutions = section<readonly PassRow[]>({
  name: 'convolutions',
  title: 'Convolutions',
  describe: () =>
    'GFLOP/s of the three passes, and their share of the limit. Batches that have no 16 samples for every thread are done on one. All multiplications of the textbook are counted, also those that meet the padding and those that Winograd saves (3x3 kernels with a step of 1, 16 channels and filters or more): shares above 100 % are such.',
  async measure(machine, rounds) {
    const rows: PassRow[] = [];
    for (const { channels, filters, size, kernel, strides = 1, padding = 1, batches = [64] } of SHAPES) {
      const graph = chain([channels, size, size], [conv2d({ filters, kernelSize: kernel, strides, padding })]);
      const shape = `${channels}->${filters}, ${size}x${size}, ${kernel}x${kernel}${strides > 1 ? `/${strides}` : ''}`;
      for (const batch of batches) rows.push(await measurePasses(shape, graph, batch, PASSES, machine, rounds));
    }
    const partial = chain([6, 14, 14], [partialConv2d({ connections: 'lenet5-c3', kernelSize: 5 })]);
    for (const batch of SMALL_TO_LARGE) {
      const shape = 'C3 of LeNet-5: 6->16, 14x14, 5x5';
      rows.push(await measurePasses(shape, partial, batch, PARTIAL_PASSES, machine, rounds));
    }
    return rows;
  },
  format: (rows) => formatTable(['convolution', ...PASS_HEADER], rows.map(passCells)),
});
