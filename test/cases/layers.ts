import { activationCases, reshapeCases } from './activation';
import { averagePool2dCases, globalPool2dCases } from './average-pool2d';
import { batchNormCases } from './batch-norm';
import { conv2dCases } from './conv2d';
import { conv2dTransposeCases } from './conv2d-transpose';
import { customCases } from './custom';
import { denseCases } from './dense';
import { depthwiseConv2dCases, separableConv2dCases } from './depthwise-conv2d';
import { dropoutCases } from './dropout';
import { frameCases } from './frame';
import { sampleNormCases } from './group-norm';
import type { LayerCase } from './layer-case';
import { maxPool2dCases } from './max-pool2d';
import { normalizationCases } from './normalization';
import { partialConv2dCases } from './partial-conv2d';
import { preluCases } from './prelu';
import { sliceCases } from './slice';
import { subsampling2dCases } from './subsampling2d';

/** Every case of every layer. */
export const layerCases: readonly LayerCase[] = [
  { kind: 'conv2d', cases: conv2dCases },
  { kind: 'depthwiseConv2d', cases: depthwiseConv2dCases },
  { kind: 'separableConv2d', cases: separableConv2dCases },
  { kind: 'partialConv2d', cases: partialConv2dCases },
  { kind: 'conv2dTranspose', cases: conv2dTransposeCases },
  { kind: 'maxPool2d', cases: maxPool2dCases },
  { kind: 'averagePool2d', cases: averagePool2dCases },
  { kind: 'subsampling2d', cases: subsampling2dCases },
  { kind: 'globalPool2d', cases: globalPool2dCases },
  { kind: 'frame', cases: frameCases },
  { kind: 'batchNorm', cases: batchNormCases },
  { kind: 'custom', cases: customCases },
  { kind: 'sample norms', cases: sampleNormCases },
  { kind: 'normalization', cases: normalizationCases },
  { kind: 'dropout', cases: dropoutCases },
  { kind: 'dense', cases: denseCases },
  { kind: 'activation', cases: activationCases },
  { kind: 'slice', cases: sliceCases },
  { kind: 'prelu', cases: preluCases },
  { kind: 'reshape', cases: reshapeCases },
].flatMap(({ kind, cases }) => cases.map((layerCase) => ({ ...layerCase, name: `${kind}: ${layerCase.name}` })));
