import { conv2d } from '../../lib/layers/conv2d';
import { depthwiseConv2d } from '../../lib/layers/depthwise-conv2d';
import { separableConv2d } from '../../lib/layers/separable-conv2d';
import { oracle } from '../support/backends';
import { normals } from '../support/random';
import { runLayer } from '../support/single-op';
import { exact, expectClose, float64Rounding } from '../support/tolerance';

const CHANNELS = 3;
const inputShape = [CHANNELS, 6, 5];
const x = normals(2 * 90, 1);

it('a depthwise convolution is one with as many groups as channels', () => {
  const options = { kernelSize: 3, strides: [1, 2], padding: 1 } as const;
  const depthwise = depthwiseConv2d({ ...options, depthMultiplier: 2 });
  expect(depthwise.build(inputShape).parameters.map(({ name, shape }) => [name, ...shape])).toEqual([
    ['weight', 6, 1, 3, 3],
    ['bias', 6],
  ]);
  const run = {
    inputShape,
    x,
    gy: normals(2 * 6 * 18, 2),
    parameters: { weight: normals(54, 3), bias: normals(6, 4) },
  };
  const found = runLayer(oracle, { ...run, layer: depthwise });
  const expected = runLayer(oracle, { ...run, layer: conv2d({ ...options, filters: 6, groups: CHANNELS }) });
  expectClose('y', found.y, expected.y, exact);
  expectClose('gx', found.gx, expected.gx, exact);
  expectClose('weight', found.gradients.weight ?? [], expected.gradients.weight ?? [], exact);
});

it('a separable convolution is a whole one whose weights are products', () => {
  const filters = 4;
  const multiplier = 2;
  const maps = CHANNELS * multiplier;
  const separable = separableConv2d({ filters, kernelSize: 3, depthMultiplier: multiplier });
  expect(separable.build(inputShape).parameters.map(({ name, shape }) => [name, ...shape])).toEqual([
    ['depthwiseWeight', maps, 1, 3, 3],
    ['pointwiseWeight', filters, maps, 1, 1],
    ['bias', filters],
  ]);
  const depthwiseWeight = normals(maps * 9, 3);
  const pointwiseWeight = normals(filters * maps, 4);
  const bias = normals(filters, 5);
  const weight = new Float64Array(filters * CHANNELS * 9);
  for (let k = 0; k < filters; k++) {
    for (let map = 0; map < maps; map++) {
      const channel = Math.floor(map / multiplier);
      for (let tap = 0; tap < 9; tap++) {
        const place = (k * CHANNELS + channel) * 9 + tap;
        const product = (pointwiseWeight[k * maps + map] as number) * (depthwiseWeight[map * 9 + tap] as number);
        weight[place] = (weight[place] as number) + product;
      }
    }
  }
  const run = { inputShape, x, gy: normals(2 * filters * 12, 2) };
  const found = runLayer(oracle, { ...run, layer: separable, parameters: { depthwiseWeight, pointwiseWeight, bias } });
  const expected = runLayer(oracle, {
    ...run,
    layer: conv2d({ filters, kernelSize: 3 }),
    parameters: { weight, bias },
  });
  expectClose('y', found.y, expected.y, float64Rounding);
  expectClose('gx', found.gx, expected.gx, float64Rounding);
  expectClose('bias', found.gradients.bias ?? [], expected.gradients.bias ?? [], float64Rounding);
});
