import { type ActivationName, activation } from '../../lib/layers/activation';
import { averagePool2d } from '../../lib/layers/average-pool2d';
import { conv2d } from '../../lib/layers/conv2d';
import { conv2dTranspose } from '../../lib/layers/conv2d-transpose';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { zeroPadding2d } from '../../lib/layers/frame';
import { globalAveragePool2d, globalMaxPool2d } from '../../lib/layers/global-pool2d';
import { groupNorm, layerNorm } from '../../lib/layers/group-norm';
import type { Layer } from '../../lib/layers/layer';
import { type LocalResponseNormOptions, localResponseNorm } from '../../lib/layers/local-response-norm';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { prelu } from '../../lib/layers/prelu';
import { upsampling2d } from '../../lib/layers/upsampling2d';
import type { Pair } from '../../lib/ops/window';
import { oracle, targets } from '../support/backends';
import { type Fixture, fixtureNames, readFixture } from '../support/fixtures';
import { runLayer } from '../support/single-op';
import { expectClose, float32Reduction, float64Fixture } from '../support/tolerance';

/** `leakyRelu` of `act_leaky_relu`. */
function activationOf(fixture: string): ActivationName {
  return fixture.replace('act_', '').replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) as ActivationName;
}

/** PyTorch's layer of a fixture, as ours. */
const LAYERS: Readonly<Record<string, (fixture: Fixture) => Layer>> = {
  conv2d: ({ attributes, shape, has }) => {
    const [filters = 0, , height = 0, width = 0] = shape('weight');
    return conv2d({
      filters,
      kernelSize: [height, width],
      strides: attributes.stride as Pair,
      padding: attributes.padding as Pair,
      dilation: attributes.dilation as Pair,
      groups: attributes.groups as number,
      useBias: has('bias'),
    });
  },
  conv_transpose2d: ({ attributes, shape, has }) => {
    const groups = attributes.groups as number;
    const [, filters = 0, height = 0, width = 0] = shape('weight');
    return conv2dTranspose({
      filters: filters * groups,
      kernelSize: [height, width],
      strides: attributes.stride as Pair,
      padding: attributes.padding as number,
      outputPadding: attributes.output_padding as Pair,
      dilation: attributes.dilation as Pair,
      groups,
      useBias: has('bias'),
    });
  },
  max_pool2d: ({ attributes }) =>
    maxPool2d({
      poolSize: attributes.kernel_size as Pair,
      strides: attributes.stride as Pair,
      padding: attributes.padding as Pair,
    }),
  avg_pool2d: ({ attributes }) =>
    averagePool2d({
      poolSize: attributes.kernel_size as Pair,
      strides: attributes.stride as Pair,
      padding: attributes.padding as Pair,
      countIncludePad: attributes.count_include_pad as boolean,
    }),
  global_avg_pool2d: () => globalAveragePool2d(),
  global_max_pool2d: () => globalMaxPool2d(),
  zero_pad2d: ({ attributes: { top, bottom, left, right } }) =>
    zeroPadding2d({ padding: [top as number, bottom as number, left as number, right as number] }),
  upsample_nearest: ({ attributes }) => upsampling2d({ size: attributes.scale_factor as Pair }),
  linear: ({ shape, has }) => dense({ units: shape('weight')[0] ?? 0, useBias: has('bias') }),
  flatten: () => flatten(),
  act: ({ name }) => activation(activationOf(name)),
  prelu: () => prelu(),
  layer_norm: ({ attributes }) => layerNorm({ epsilon: attributes.eps as number }),
  group_norm: ({ attributes }) =>
    groupNorm({ groups: attributes.num_groups as number, epsilon: attributes.eps as number }),
  local_response_norm: ({ attributes }) => localResponseNorm(attributes as LocalResponseNormOptions),
};

const PREFIXES = [
  'conv2d_',
  'conv_transpose2d_',
  'max_pool2d_',
  'avg_pool2d_',
  'global_avg_pool2d_',
  'global_max_pool2d_',
  'zero_pad2d_',
  'upsample_nearest_',
  'linear_',
  'flatten_',
  'act_',
  'prelu_',
  'layer_norm_',
  'group_norm_',
  'local_response_norm_',
];

const CASES = PREFIXES.flatMap((prefix) => fixtureNames(prefix).map((name) => ({ name, op: prefix.slice(0, -1) })));

it('has every case that PyTorch made for the ops', () => {
  const count = (op: string): number => CASES.filter((entry) => entry.op === op).length;
  expect(Object.fromEntries(PREFIXES.map((prefix) => [prefix, count(prefix.slice(0, -1))]))).toEqual({
    conv2d_: 16,
    conv_transpose2d_: 4,
    max_pool2d_: 7,
    avg_pool2d_: 12,
    global_avg_pool2d_: 1,
    global_max_pool2d_: 1,
    zero_pad2d_: 1,
    upsample_nearest_: 1,
    linear_: 4,
    flatten_: 1,
    act_: 18,
    prelu_: 1,
    layer_norm_: 1,
    group_norm_: 1,
    local_response_norm_: 1,
  });
});

describe.each(targets)('$name gives what PyTorch gives', (target) => {
  it.each(CASES)('$name', ({ name, op }) => {
    const fixture = readFixture(name);
    const layer = LAYERS[op]?.(fixture) as Layer;
    const parameters = Object.fromEntries(
      ['weight', 'bias'].filter(fixture.has).map((parameter) => [parameter, fixture.numbers(parameter)]),
    );
    const result = runLayer(target, {
      layer,
      inputShape: fixture.shape('x').slice(1),
      x: fixture.numbers('x'),
      parameters,
      gy: fixture.numbers('gy'),
    });
    const tolerance = target === oracle ? float64Fixture : float32Reduction(result.reduction);
    expectClose('y', result.y, fixture.numbers('y'), tolerance);
    expectClose('gx', result.gx, fixture.numbers('gx'), tolerance);
    expect(Object.keys(result.gradients)).toEqual(Object.keys(parameters));
    for (const [parameter, gradient] of Object.entries(result.gradients)) {
      expectClose(parameter, gradient, fixture.numbers(`g_${parameter}`), tolerance);
    }
  });
});
