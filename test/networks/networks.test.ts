import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel } from '../../lib/model/load-model';
import { NETWORKS, networkModel, networkNamed } from '../../lib/networks/networks';
import { sizeOf } from '../../lib/tensor/shape';
import { normals } from '../support/random';

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
  const { graph } = networkModel(name);
  expect(graph.parameterCount).toBe(parameters);
  expect(graph.nodes.map(({ built }) => built.outputShape.join('x'))).toEqual(shapes);
  expect(graph.outputShape).toEqual([10]);
});

test('lenet5-1998 has the layers of its paper, with as many trained numbers', () => {
  const { graph } = networkModel('lenet5-1998');
  const trained = new Map<string, number>();
  for (const { name, size } of graph.parameters) {
    const layer = name.split('.')[0] ?? '';
    trained.set(layer, (trained.get(layer) ?? 0) + size);
  }
  expect(Object.fromEntries(trained)).toEqual({
    C1: 156,
    S2: 12,
    C3: 1516,
    S4: 32,
    C5: 48_120,
    F6: 10_164,
    output: 850,
  });
  expect(graph.nodes.map(({ built }) => built.outputShape.join('x'))).toEqual([
    '6x28x28',
    '6x14x14',
    '16x10x10',
    '16x5x5',
    '120x1x1',
    '120',
    '84',
    '10',
  ]);
});

test('resnet20 is put together as its paper tells', () => {
  const { graph } = networkModel('resnet20');
  const nodes = (kind: string) => graph.nodes.filter(({ layer }) => layer.kind === kind);
  const count = (kind: string): number => nodes(kind).length;
  // Nineteen 3x3 convolutions and a dense layer are the twenty layers; two 1x1 convolutions are projections.
  const kinds = ['conv2d', 'batchNorm', 'relu', 'add', 'globalAveragePool2d', 'dense'];
  expect(Object.fromEntries(kinds.map((kind) => [kind, count(kind)]))).toEqual({
    conv2d: 21,
    batchNorm: 21,
    relu: 19,
    add: 9,
    globalAveragePool2d: 1,
    dense: 1,
  });
  expect(nodes('add').map(({ built }) => built.outputShape.join('x'))).toEqual([
    ...Array.from({ length: 3 }, () => '16x32x32'),
    ...Array.from({ length: 3 }, () => '32x16x16'),
    ...Array.from({ length: 3 }, () => '64x8x8'),
  ]);
  // Weights of the 3x3 convolutions and of the dense layer, and those of the projections; a gamma and a beta for each map.
  const convolutions = 9 * (3 * 16 + 6 * 16 * 16 + 16 * 32 + 5 * 32 * 32 + 32 * 64 + 5 * 64 * 64);
  const projections = 16 * 32 + 32 * 64;
  const norms = 2 * (7 * 16 + 7 * 32 + 7 * 64);
  expect(graph.parameterCount).toBe(convolutions + projections + norms + 64 * 10 + 10);
  expect(graph.parameterCount).toBe(272_474);
});

describe.each(NETWORKS)('$name', ({ name, inputShape, defaults }) => {
  test('is made anew by every call, from a seed', () => {
    const [one, two, other] = [networkModel(name), networkModel(name), networkModel(name, { seed: 1 })];
    expect(one.graph.nodes[0]?.layer).not.toBe(two.graph.nodes[0]?.layer);
    const firstWeights = (made: typeof one) => made.parameter(made.graph.parameters[0]?.name ?? '');
    expect(firstWeights(one)).toEqual(firstWeights(two));
    expect(firstWeights(one)).not.toEqual(firstWeights(other));
  });

  test('is the same network when it is saved and loaded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'laminet-networks-'));
    try {
      const path = join(folder, 'model.safetensors');
      const images = Float32Array.from(normals(2 * sizeOf(inputShape), 1));
      using model = networkModel(name, { seed: 3 }).compile({ loss: defaults.loss });
      await model.save(path);
      using loaded = (await loadModel(path)).compile({ loss: defaults.loss });
      expect(loaded.summary()).toBe(model.summary());
      expect((await loaded.predict(images)).data).toEqual((await model.predict(images)).data);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test('a name that nothing answers to', () => {
  expect(() => networkNamed('lenet')).toThrow(
    expect.objectContaining({
      code: 'E_UNKNOWN',
      message:
        'there is no network "lenet"; there are two-layer, one-conv, lenet5-first, lenet5, lenet5-1998, vgg-small, resnet20',
    }),
  );
  expect(() => networkModel('toString')).toThrow(expect.objectContaining({ code: 'E_UNKNOWN' }));
});
