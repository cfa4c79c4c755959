import { formatShape } from '../tensor/shape';
import { type Conv2dAttributes, type Conv2dGeometry, slideKernel } from './conv2d';
import { activationType, type Inference, type Op, refuse, requireInput } from './op';

/** For each output map, the input maps that it sees, each once and in ascending order. */
export type Connections = readonly (readonly number[])[];

/** What a partially connected convolution may be told. */
export interface PartialConv2dAttributes extends Omit<Conv2dAttributes, 'groups'> {
  readonly connections: Connections;
}

/** A convolution's geometry, with one group, and the table: the kernels of an output map lie one behind the other. */
export type PartialConv2dGeometry = Conv2dGeometry & {
  /** By output map: how many kernels it has. */
  readonly kernelCounts: readonly number[];
  /** By kernel: the input map that it is applied to. */
  readonly inputMaps: readonly number[];
};

/**
 * Two-dimensional convolution in which each output map sees some of the input maps. What is not connected has no weight, and
 * costs nothing.
 *
 *     y[k, i, j] = bias[k] + sum over n, r, s of x[map(n), i * stride + r * dilation - pad, ...] * weight[n, r, s]
 *
 * where n goes over the kernels of output map k. x is [channels, height, width], weight is [kernels, kernelHeight,
 * kernelWidth], bias is [filters] or missing. Backward as in a convolution, over the kernels that there are.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, section II.B and
 * table I.
 */
export const partialConv2d: Op<PartialConv2dAttributes, PartialConv2dGeometry> = {
  name: 'partialConv2d',

  infer(inputs, { connections, ...attributes }): Inference<PartialConv2dGeometry> {
    const name = 'partialConv2d';
    const { shape: image } = requireInput(name, inputs, 0);
    const { shape: weight } = requireInput(name, inputs, 1);
    const bias = inputs[2]?.shape;
    const filters = connections.length;
    const inputMaps = connections.flat();
    const [kernels, kernelHeight, kernelWidth] = weight;
    if (
      weight.length !== 3 ||
      kernels !== inputMaps.length ||
      kernelHeight === undefined ||
      kernelWidth === undefined
    ) {
      refuse(name, weight, `weights of [${inputMaps.length} kernels, kernelHeight, kernelWidth]`);
    }
    const window = slideKernel(name, image, filters, [kernelHeight, kernelWidth], { ...attributes, groups: 1 });
    const channels = Math.max(...inputMaps) + 1;
    if (window.inChannels < channels) {
      refuse(name, image, `at least ${channels} channels, since an output map is connected to number ${channels - 1}`);
    }
    if (bias !== undefined && (bias.length !== 1 || bias[0] !== filters)) {
      refuse(name, bias, `a bias of ${formatShape([filters])}`);
    }
    return {
      geometry: { ...window, kernelCounts: connections.map(({ length }) => length), inputMaps },
      outputs: [activationType([filters, window.outHeight, window.outWidth])],
    };
  },

  gradient(context) {
    const [x, weight, bias] = context.inputs;
    const { geometry, gradOutput } = context;
    if (context.needs(0)) context.give(0, 'partialConv2dGradInput', [gradOutput, weight], geometry);
    if (context.needs(1)) context.give(1, 'partialConv2dGradWeight', [gradOutput, x], geometry);
    if (bias && context.needs(2)) {
      const pixels = geometry.outHeight * geometry.outWidth;
      context.give(2, 'biasGrad', [gradOutput], { channels: geometry.outChannels, pixels });
    }
  },
};
