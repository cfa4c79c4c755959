import { activation } from '../../lib/layers/activation';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import type { Layer } from '../../lib/layers/layer';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import type { Pair } from '../../lib/ops/window';
import { oracle, targets } from '../support/backends';
import { type Fixture, fixtureNames, readFixture } from '../support/fixtures';
import { runLayer } from '../support/single-op';
import { expectClose, float32Reduction, float64Fixture } from '../support/tolerance';

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
  max_pool2d: ({ attributes }) =>
    maxPool2d({
      poolSize: attributes.kernel_size as Pair,
      strides: attributes.stride as Pair,
      padding: attributes.padding as Pair,
    }),
  linear: ({ shape, has }) => dense({ units: shape('weight')[0] ?? 0, useBias: has('bias') }),
  flatten: () => flatten(),
  act_tanh: () => activation('tanh'),
  act_sigmoid: () => activation('sigmoid'),
  act_relu: () => activation('relu'),
  act_softmax: () => activation('softmax'),
  act_log_softmax: () => activation('logSoftmax'),
};

const CASES = [
  ...['conv2d_', 'max_pool2d_', 'linear_', 'flatten_'].flatMap((prefix) =>
    fixtureNames(prefix).map((name) => ({ name, op: prefix.slice(0, -1) })),
  ),
  ...['act_tanh', 'act_sigmoid', 'act_relu', 'act_softmax', 'act_log_softmax'].map((name) => ({ name, op: name })),
];

it('has every case that PyTorch made for the ops', () => {
  const count = (op: string): number => CASES.filter((entry) => entry.op === op).length;
  expect({ conv2d: count('conv2d'), maxPool: count('max_pool2d'), linear: count('linear') }).toEqual({
    conv2d: 16,
    maxPool: 7,
    linear: 4,
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
