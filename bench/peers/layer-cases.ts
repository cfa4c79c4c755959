import { averagePool2d } from '../../lib/layers/average-pool2d';
import { batchNorm } from '../../lib/layers/batch-norm';
import { conv2d } from '../../lib/layers/conv2d';
import { conv2dTranspose } from '../../lib/layers/conv2d-transpose';
import { dropout, spatialDropout2d } from '../../lib/layers/dropout';
import { globalAveragePool2d } from '../../lib/layers/global-pool2d';
import { groupNorm, layerNorm } from '../../lib/layers/group-norm';
import type { Layer } from '../../lib/layers/layer';
import { localResponseNorm } from '../../lib/layers/local-response-norm';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import type { Shape } from '../../lib/tensor/shape';

/** A layer in both libraries, and what it is fed. */
export interface LayerCase {
  /** What the table calls it; no blanks. */
  readonly name: string;
  /** Of one sample. */
  readonly shape: Shape;
  readonly batch: number;
  layer(): Layer;
  /** The same as an expression of Python, in which `nn` is `torch.nn`. */
  readonly torch: string;
}

const depthwise = (channels: number, kernelSize: number, strides = 1): Pick<LayerCase, 'layer' | 'torch'> => ({
  layer: () => conv2d({ filters: channels, kernelSize, strides, padding: kernelSize >> 1, groups: channels }),
  torch: `nn.Conv2d(${channels}, ${channels}, ${kernelSize}, ${strides}, ${kernelSize >> 1}, groups=${channels})`,
});

/** Each is trained by itself, the gradient of its input included. A layer is in the bench by standing here. */
export const LAYER_CASES: readonly LayerCase[] = [
  {
    name: 'batch-norm',
    shape: [16, 32, 32],
    batch: 128,
    layer: () => batchNorm(),
    torch: 'nn.BatchNorm2d(16)',
  },
  { name: 'batch-norm', shape: [64, 8, 8], batch: 128, layer: () => batchNorm(), torch: 'nn.BatchNorm2d(64)' },
  {
    name: 'group-norm',
    shape: [64, 16, 16],
    batch: 128,
    layer: () => groupNorm({ groups: 8 }),
    torch: 'nn.GroupNorm(8, 64)',
  },
  {
    name: 'layer-norm',
    shape: [64, 16, 16],
    batch: 128,
    layer: () => layerNorm(),
    torch: 'nn.LayerNorm([64, 16, 16])',
  },
  {
    name: 'local-response-norm',
    shape: [32, 16, 16],
    batch: 128,
    layer: () => localResponseNorm(),
    torch: 'nn.LocalResponseNorm(5)',
  },
  {
    name: 'dropout',
    shape: [64, 32, 32],
    batch: 64,
    layer: () => dropout({ rate: 0.5 }),
    torch: 'nn.Dropout(0.5)',
  },
  {
    name: 'spatial-dropout',
    shape: [64, 32, 32],
    batch: 64,
    layer: () => spatialDropout2d({ rate: 0.2 }),
    torch: 'nn.Dropout2d(0.2)',
  },
  {
    name: 'average-pool-2x2',
    shape: [64, 32, 32],
    batch: 64,
    layer: () => averagePool2d({ poolSize: 2 }),
    torch: 'nn.AvgPool2d(2)',
  },
  {
    name: 'average-pool-3x3/2',
    shape: [64, 32, 32],
    batch: 64,
    layer: () => averagePool2d({ poolSize: 3, strides: 2, padding: 1 }),
    torch: 'nn.AvgPool2d(3, 2, 1)',
  },
  {
    name: 'global-average-pool',
    shape: [256, 8, 8],
    batch: 128,
    layer: () => globalAveragePool2d(),
    torch: 'nn.AdaptiveAvgPool2d(1)',
  },
  {
    name: 'max-pool-2x2',
    shape: [64, 32, 32],
    batch: 64,
    layer: () => maxPool2d({ poolSize: 2 }),
    torch: 'nn.MaxPool2d(2)',
  },
  { name: 'depthwise-3x3', shape: [64, 32, 32], batch: 64, ...depthwise(64, 3) },
  { name: 'depthwise-3x3/2', shape: [128, 16, 16], batch: 64, ...depthwise(128, 3, 2) },
  { name: 'depthwise-5x5', shape: [96, 16, 16], batch: 64, ...depthwise(96, 5) },
  {
    name: 'transposed-3x3/2',
    shape: [64, 16, 16],
    batch: 64,
    layer: () => conv2dTranspose({ filters: 32, kernelSize: 3, strides: 2, padding: 1, outputPadding: 1 }),
    torch: 'nn.ConvTranspose2d(64, 32, 3, 2, 1, 1)',
  },
  {
    name: 'transposed-4x4/2',
    shape: [128, 8, 8],
    batch: 64,
    layer: () => conv2dTranspose({ filters: 64, kernelSize: 4, strides: 2, padding: 1 }),
    torch: 'nn.ConvTranspose2d(128, 64, 4, 2, 1)',
  },
];

/** A name that no other case has: `batch-norm,16x32x32`. */
export const layerSubject = ({ name, shape }: LayerCase): string => `${name},${shape.join('x')}`;
