import { activation } from '../../lib/layers/activation';
import { averagePool2d } from '../../lib/layers/average-pool2d';
import { batchNorm } from '../../lib/layers/batch-norm';
import { conv2d } from '../../lib/layers/conv2d';
import { conv2dTranspose } from '../../lib/layers/conv2d-transpose';
import { depthwiseConv2d } from '../../lib/layers/depthwise-conv2d';
import { dropout, spatialDropout2d } from '../../lib/layers/dropout';
import { flatten } from '../../lib/layers/flatten';
import { cropping2d, zeroPadding2d } from '../../lib/layers/frame';
import { globalAveragePool2d, globalMaxPool2d } from '../../lib/layers/global-pool2d';
import { groupNorm, layerNorm } from '../../lib/layers/group-norm';
import type { Layer } from '../../lib/layers/layer';
import { localResponseNorm } from '../../lib/layers/local-response-norm';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { partialConv2d } from '../../lib/layers/partial-conv2d';
import { separableConv2d } from '../../lib/layers/separable-conv2d';
import { slice } from '../../lib/layers/slice';
import { upsampling2d } from '../../lib/layers/upsampling2d';
import type { Padding, Pair } from '../../lib/ops/window';
import { everyFew } from './partial-conv2d';

/** How a window goes over an image. */
interface Window {
  readonly kernelSize: Pair;
  readonly strides?: Pair;
  readonly padding?: Padding;
}

/** A layer that takes images of any number of channels, and images for it. */
export interface ImageLayer {
  readonly name: string;
  readonly images: readonly (readonly [height: number, width: number])[];
  readonly layer: (channels: number) => Layer;
}

/** What is awkward about windows, with images for it. */
const WINDOWS: readonly (Window & Pick<ImageLayer, 'name' | 'images'>)[] = [
  {
    name: 'neighbouring windows',
    images: [
      [3, 8],
      [6, 5],
    ],
    kernelSize: 3,
    padding: 'same',
  },
  {
    name: 'a stride larger than the kernel',
    images: [
      [7, 5],
      [2, 9],
    ],
    kernelSize: 2,
    strides: 3,
  },
  {
    name: 'a kernel larger than an edge',
    images: [
      [2, 7],
      [5, 3],
    ],
    kernelSize: 5,
    padding: 2,
  },
  { name: 'an output of 1x1', images: [[4, 3]], kernelSize: [4, 3] },
];

/** The layers whose windows slide over images. */
export const WINDOW_LAYERS: Readonly<Record<string, (window: Window) => (channels: number) => Layer>> = {
  conv2d: (window) => () => conv2d({ ...window, filters: 3 }),
  'conv2d with many filters': (window) => () => conv2d({ ...window, filters: 17 }),
  'conv2d in groups': (window) => (channels) => conv2d({ ...window, filters: 2 * channels, groups: channels }),
  conv2dTranspose: (window) => () => conv2dTranspose({ ...window, filters: 3 }),
  depthwiseConv2d: (window) => () => depthwiseConv2d(window),
  separableConv2d: (window) => () => separableConv2d({ ...window, filters: 5 }),
  partialConv2d: (window) => (channels) => partialConv2d({ ...window, connections: everyFew(channels, 3) }),
  maxPool2d:
    ({ kernelSize, ...window }) =>
    () =>
      maxPool2d({ ...window, poolSize: kernelSize }),
  averagePool2d:
    ({ kernelSize, ...window }) =>
    () =>
      averagePool2d({ ...window, poolSize: kernelSize }),
  'averagePool2d without padding':
    ({ kernelSize, ...window }) =>
    () =>
      averagePool2d({ ...window, poolSize: kernelSize, countIncludePad: false }),
};

const IMAGES = [
  [3, 4],
  [5, 2],
  [1, 7],
] as const;

/** The other layers that take images: of at least one row and column more than they cut off. */
const OTHERS: Readonly<Record<string, (channels: number) => Layer>> = {
  zeroPadding2d: () => zeroPadding2d({ padding: [1, 0, 2, 1] }),
  cropping2d: () => cropping2d({ cropping: [0, 0, 1, 0] }),
  upsampling2d: () => upsampling2d({ size: [2, 3] }),
  globalAveragePool2d: () => globalAveragePool2d(),
  globalMaxPool2d: () => globalMaxPool2d(),
  batchNorm: () => batchNorm(),
  layerNorm: () => layerNorm(),
  groupNorm: (channels) => groupNorm({ groups: channels }),
  localResponseNorm: () => localResponseNorm({ alpha: 0.1 }),
  dropout: () => dropout({ rate: 0.3 }),
  spatialDropout2d: () => spatialDropout2d({ rate: 0.3 }),
  tanh: () => activation('tanh'),
  softmax: () => activation('softmax'),
  flatten: () => flatten(),
  slice: (channels) => slice({ begin: Math.floor(channels / 2), channels: Math.ceil(channels / 2) }),
};

/** Every layer that takes images, in every awkward way in which it can take them. */
export const imageLayers: readonly ImageLayer[] = [
  ...Object.entries(WINDOW_LAYERS).flatMap(([layerName, make]) =>
    WINDOWS.map(({ name, images, ...window }) => ({ name: `${layerName}, ${name}`, images, layer: make(window) })),
  ),
  ...Object.entries(OTHERS).map(([name, layer]) => ({ name, images: IMAGES, layer })),
];
