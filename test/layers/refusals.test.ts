import { elu, hardtanh, leakyRelu, scaledTanh, softplus } from '../../lib/layers/activation-functions';
import { conv2dTranspose } from '../../lib/layers/conv2d-transpose';
import { depthwiseConv2d } from '../../lib/layers/depthwise-conv2d';
import { cropping2d, zeroPadding2d } from '../../lib/layers/frame';
import { globalAveragePool2d } from '../../lib/layers/global-pool2d';
import type { Layer } from '../../lib/layers/layer';
import { prelu } from '../../lib/layers/prelu';
import { reshape } from '../../lib/layers/reshape';
import { separableConv2d } from '../../lib/layers/separable-conv2d';
import { slice } from '../../lib/layers/slice';
import { upsampling2d } from '../../lib/layers/upsampling2d';
import type { Shape } from '../../lib/tensor/shape';

const OPTIONS: readonly [make: () => Layer, message: string][] = [
  [
    () => conv2dTranspose({ filters: 1, kernelSize: 3, strides: [2, 3], outputPadding: [1, 3] }),
    "outputPadding must be less than the strides, and 0 where padding is 'same', found [1,3]",
  ],
  [
    () => conv2dTranspose({ filters: 1, kernelSize: 3, strides: 2, padding: 'same', outputPadding: 1 }),
    "outputPadding must be less than the strides, and 0 where padding is 'same', found 1",
  ],
  [() => zeroPadding2d({ padding: -1 }), 'padding must be a whole number of at least 0, or 2 or 4 of them, found -1'],
  [
    () => cropping2d({ cropping: [1, 0.5] }),
    'cropping must be a whole number of at least 0, or 2 or 4 of them, found [1,0.5]',
  ],
  [() => upsampling2d({ size: 0 }), 'size must be a whole number of at least 1, or two of them, found 0'],
  [() => slice({ begin: -1, channels: 1 }), 'begin must be a whole number of at least 0, found -1'],
  [() => slice({ channels: 0 }), 'channels must be a whole number of at least 1, found 0'],
  [
    () => depthwiseConv2d({ kernelSize: 3, depthMultiplier: 0 }),
    'depthMultiplier must be a whole number of at least 1, found 0',
  ],
  [() => separableConv2d({ filters: 0.5, kernelSize: 3 }), 'filters must be a whole number of at least 1, found 0.5'],
  [() => leakyRelu({ negativeSlope: -0.1 }), 'negativeSlope must be a finite number of at least 0, found -0.1'],
  [() => elu({ alpha: Number.NaN }), 'alpha must be a finite number of at least 0, found NaN'],
  [() => hardtanh({ min: Number.NEGATIVE_INFINITY }), 'min must be a finite number, found -Infinity'],
  [() => hardtanh({ min: 2 }), 'max must be above min, which is 2, found 1'],
  [() => softplus({ beta: 0 }), 'beta must be a finite number above 0, found 0'],
  [() => softplus({ threshold: Number.NaN }), 'threshold must be a finite number, found NaN'],
  [() => scaledTanh({ amplitude: -1 }), 'amplitude must be a finite number above 0, found -1'],
  [() => scaledTanh({ scale: Number.POSITIVE_INFINITY }), 'scale must be a finite number above 0, found Infinity'],
  [() => reshape({ shape: [3, 0] }), 'shape must be a list of whole numbers of at least 1, found [3,0]'],
];

it.each(OPTIONS)('refuses an option: %#', (make, message) => {
  expect(make).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
});

const SHAPES: readonly [layer: Layer, inputShape: Shape, message: string][] = [
  [globalAveragePool2d(), [7], 'globalAveragePool2d: expected an image of [channels, height, width], found 7'],
  [
    cropping2d({ cropping: [1, 1, 0, 2] }),
    [3, 2, 5],
    'crop2d: expected an image of at least 3x3, so that something is left, found 3x2x5',
  ],
  [zeroPadding2d(), [7], 'zeroPad2d: expected an image of [channels, height, width], found 7'],
  [prelu(), [], 'expected [channels, ...], found scalar'],
  [upsampling2d(), [2, 7], 'upsampling2d: expected an image of [channels, height, width], found 2x7'],
  [slice({ begin: 2, channels: 3 }), [4, 2, 2], 'slice: expected at least 5 channels, found 4x2x2'],
  [depthwiseConv2d({ kernelSize: 3 }), [7], 'conv2d: expected an image of [channels, height, width], found 7'],
  [
    separableConv2d({ filters: 2, kernelSize: 3 }),
    [1, 2, 5],
    'conv2d: expected an image with room for a window of 3x3 (padding "valid"), found 1x2x5',
  ],
  [reshape({ shape: [2, 3] }), [7], 'reshape: expected 6 elements, found 7'],
  [
    conv2dTranspose({ filters: 1, kernelSize: 1, padding: 1 }),
    [1, 2, 2],
    'conv2dTranspose: expected an image of which a padding of 1 leaves something, found 1x2x2',
  ],
  [
    conv2dTranspose({ filters: 4, kernelSize: 1, groups: 2 }),
    [3, 2, 2],
    '2 groups divide neither or only one of 3 channels and 4 filters',
  ],
];

it.each(SHAPES)('refuses a shape: %#', (layer, inputShape, message) => {
  expect(() => layer.build(inputShape)).toThrow(expect.objectContaining({ code: 'E_SHAPE', message }));
});
