import { chain, connect } from '../../lib/model/graph';
import { NETWORKS, networkNamed } from '../../lib/networks/networks';
import { resnet20 } from '../support/resnet20';

test.each([
  ['two-layer', 103_510, ['1024', '100', '10']],
  ['one-conv', 393_240, ['5x28x28', '3920', '100', '10']],
  ['lenet5-first', 61_968, ['6x28x28', '6x14x14', '16x10x10', '16x5x5', '120x1x1', '120', '86', '10']],
  [
    'vgg-small',
    1_186_378,
    [
      '64x32x32',
      '64x32x32',
      '64x16x16',
      '128x16x16',
      '128x16x16',
      '128x8x8',
      '256x8x8',
      '256x8x8',
      '256x4x4',
      '4096',
      '10',
    ],
  ],
  ['lenet5', 51_902, ['6x28x28', '6x14x14', '16x10x10', '16x5x5', '120x1x1', '120', '10', '10']],
])('%s', (name, parameters, shapes) => {
  const network = networkNamed(name);
  const graph = chain(network.inputShape, network.layers());
  expect(graph.parameterCount).toBe(parameters);
  expect(graph.nodes.map(({ built }) => built.outputShape.join('x'))).toEqual(shapes);
  expect(graph.outputShape).toEqual([10]);
});

test('a network of twenty layers with ways around them is put together as it is told', () => {
  const { inputs, outputs } = resnet20();
  const graph = connect([inputs], [outputs]);
  const kinds = graph.nodes.map(({ layer }) => layer.kind);
  const count = (kind: string): number => kinds.filter((other) => other === kind).length;
  // Nineteen 3x3 convolutions and a dense layer; two 1x1 convolutions on the ways around.
  expect({ conv2d: count('conv2d'), dense: count('dense'), add: count('add') }).toEqual({
    conv2d: 21,
    dense: 1,
    add: 9,
  });
  expect(graph.parameterCount).toBe(270_906);
  expect(graph.nodes.filter(({ layer }) => layer.kind === 'add').map(({ built }) => built.outputShape)).toEqual([
    ...Array.from({ length: 3 }, () => [16, 32, 32]),
    ...Array.from({ length: 3 }, () => [32, 16, 16]),
    ...Array.from({ length: 3 }, () => [64, 8, 8]),
  ]);
});

test('every call makes layers of its own', () => {
  for (const network of NETWORKS) expect(network.layers()[0]).not.toBe(network.layers()[0]);
});

test('a name that nothing answers to', () => {
  expect(() => networkNamed('lenet')).toThrow(
    expect.objectContaining({
      code: 'E_UNKNOWN',
      message: 'there is no network "lenet"; there are two-layer, one-conv, lenet5-first, lenet5, vgg-small',
    }),
  );
  expect(() => networkNamed('toString')).toThrow(expect.objectContaining({ code: 'E_UNKNOWN' }));
});
