import { LaminetError } from '../errors';
import { ACTIVATION_NAMES, activation } from '../layers/activation';
import { type AveragePool2dOptions, averagePool2d } from '../layers/average-pool2d';
import { type BatchNormOptions, batchNorm } from '../layers/batch-norm';
import { type Conv2dOptions, conv2d } from '../layers/conv2d';
import { type Conv2dTransposeOptions, conv2dTranspose } from '../layers/conv2d-transpose';
import type { DefinedLayer } from '../layers/define-layer';
import { type DenseOptions, dense } from '../layers/dense';
import { type DepthwiseConv2dOptions, depthwiseConv2d } from '../layers/depthwise-conv2d';
import { type DropoutOptions, dropout, spatialDropout2d } from '../layers/dropout';
import { flatten } from '../layers/flatten';
import { type Cropping2dOptions, cropping2d, type ZeroPadding2dOptions, zeroPadding2d } from '../layers/frame';
import { globalAveragePool2d, globalMaxPool2d } from '../layers/global-pool2d';
import { type GroupNormOptions, groupNorm, type LayerNormOptions, layerNorm } from '../layers/group-norm';
import { JOINING_KINDS, joiningLayer } from '../layers/join';
import type { JoiningLayer, Layer, LayerConfig, NamedOptions } from '../layers/layer';
import { type LocalResponseNormOptions, localResponseNorm } from '../layers/local-response-norm';
import { type MaxPool2dOptions, maxPool2d } from '../layers/max-pool2d';
import { type NormalizationOptions, normalization } from '../layers/normalization';
import { type PartialConv2dOptions, partialConv2d } from '../layers/partial-conv2d';
import { type PreluOptions, prelu } from '../layers/prelu';
import { type ReshapeOptions, reshape } from '../layers/reshape';
import { type SeparableConv2dOptions, separableConv2d } from '../layers/separable-conv2d';
import { type SliceOptions, slice } from '../layers/slice';
import { type Subsampling2dOptions, subsampling2d } from '../layers/subsampling2d';
import { type Upsampling2dOptions, upsampling2d } from '../layers/upsampling2d';

type Rebuild = (config: LayerConfig & NamedOptions) => Layer | JoiningLayer;

/** By a layer's kind: how to make it again from its options. The options' own checks refuse what a file got wrong. */
const REBUILD: ReadonlyMap<string, Rebuild> = new Map<string, Rebuild>([
  ['conv2d', (config) => conv2d(config as unknown as Conv2dOptions)],
  ['conv2dTranspose', (config) => conv2dTranspose(config as unknown as Conv2dTransposeOptions)],
  ['depthwiseConv2d', (config) => depthwiseConv2d(config as unknown as DepthwiseConv2dOptions)],
  ['separableConv2d', (config) => separableConv2d(config as unknown as SeparableConv2dOptions)],
  ['partialConv2d', (config) => partialConv2d(config as unknown as PartialConv2dOptions)],
  ['dropout', (config) => dropout(config as unknown as DropoutOptions)],
  ['spatialDropout2d', (config) => spatialDropout2d(config as unknown as DropoutOptions)],
  ['batchNorm', (config) => batchNorm(config as BatchNormOptions)],
  ['layerNorm', (config) => layerNorm(config as LayerNormOptions)],
  ['groupNorm', (config) => groupNorm(config as unknown as GroupNormOptions)],
  ['normalization', (config) => normalization(config as unknown as NormalizationOptions)],
  ['localResponseNorm', (config) => localResponseNorm(config as LocalResponseNormOptions)],
  ['maxPool2d', (config) => maxPool2d(config as MaxPool2dOptions)],
  ['averagePool2d', (config) => averagePool2d(config as AveragePool2dOptions)],
  ['globalAveragePool2d', (config) => globalAveragePool2d(config)],
  ['globalMaxPool2d', (config) => globalMaxPool2d(config)],
  ['zeroPadding2d', (config) => zeroPadding2d(config as ZeroPadding2dOptions)],
  ['cropping2d', (config) => cropping2d(config as Cropping2dOptions)],
  ['subsampling2d', (config) => subsampling2d(config as Subsampling2dOptions)],
  ['upsampling2d', (config) => upsampling2d(config as Upsampling2dOptions)],
  ['slice', (config) => slice(config as unknown as SliceOptions)],
  ['reshape', (config) => reshape(config as unknown as ReshapeOptions)],
  ['dense', (config) => dense(config as unknown as DenseOptions)],
  ['flatten', (config) => flatten(config)],
  ['prelu', (config) => prelu(config as PreluOptions)],
  ...ACTIVATION_NAMES.map((name): [string, Rebuild] => [name, (config) => activation(name, config)]),
  ...JOINING_KINDS.map((kind): [string, Rebuild] => [kind, (config) => joiningLayer(kind, config)]),
]);

/**
 * Makes a layer from what a file says of it. `own` are the kinds that `defineLayer` defined, beside the library's.
 * Errors: `E_UNKNOWN` for another kind; `E_OPTION` for an own kind whose name the library has.
 */
export function rebuildLayer(
  kind: string,
  name: string,
  config: LayerConfig,
  own: readonly DefinedLayer<never>[] = [],
): Layer | JoiningLayer {
  const clash = own.find((defined) => REBUILD.has(defined.kind));
  if (clash) {
    throw new LaminetError('E_OPTION', `the library has a layer ${clash.kind} already; give yours another name`, {
      kind: clash.kind,
    });
  }
  const rebuild: Rebuild | undefined =
    (own.find((defined) => defined.kind === kind) as Rebuild | undefined) ?? REBUILD.get(kind);
  if (!rebuild) {
    const hint = 'a layer of your own is given to loadModel in its option layers';
    throw new LaminetError('E_UNKNOWN', `there is no layer of kind ${JSON.stringify(kind)}; ${hint}`, { kind });
  }
  return rebuild({ ...config, name });
}
