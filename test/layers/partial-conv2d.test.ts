import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { conv2d } from '../../lib/layers/conv2d';
import { type PartialConv2dOptions, partialConv2d } from '../../lib/layers/partial-conv2d';
import { chain } from '../../lib/model/graph';
import { loadModel } from '../../lib/model/load-model';
import { sequential } from '../../lib/model/sequential';
import type { Connections, PartialConv2dGeometry } from '../../lib/ops/partial-conv2d';
import type { Instruction } from '../../lib/ops/program';
import { everyFew } from '../cases/partial-conv2d';
import { oracle, targets } from '../support/backends';
import { meanSquare } from '../support/moments';
import { normals } from '../support/random';
import { compilePlain, runLayer } from '../support/single-op';
import { expectClose, float32Reduction, float64Rounding } from '../support/tolerance';

const TAPS = 9;

/** The weights of a whole convolution, with zeros where the table connects nothing. */
function wholeWeights(connections: Connections, channels: number, kernels: ArrayLike<number>): Float64Array {
  const whole = new Float64Array(connections.length * channels * TAPS);
  let kernel = 0;
  for (const [k, maps] of connections.entries()) {
    for (const map of maps) {
      for (let tap = 0; tap < TAPS; tap++) {
        whole[(k * channels + map) * TAPS + tap] = kernels[kernel * TAPS + tap] as number;
      }
      kernel += 1;
    }
  }
  return whole;
}

describe.each(targets)('on $name', (target) => {
  it.each([
    { channels: 6, connections: everyFew(6, 7), strides: 1 as const },
    { channels: 5, connections: [[4], [0, 4], [1, 2, 3]], strides: [2, 1] as const },
  ])('is a convolution whose other weights are zero: $connections', ({ channels, connections, strides }) => {
    const filters = connections.length;
    const inputShape = [channels, 7, 6];
    const options = { kernelSize: 3, padding: 1, strides } as const;
    const partial = partialConv2d({ ...options, connections });
    const pixels = (partial.build(inputShape).outputShape as number[]).slice(1).reduce((a, b) => a * b);
    const weight = normals(connections.flat().length * TAPS, 3);
    const bias = normals(filters, 4);
    const common = { inputShape, x: normals(17 * channels * 42, 1), gy: normals(17 * filters * pixels, 2) };
    const found = runLayer(target, { ...common, layer: partial, parameters: { weight, bias } });
    const expected = runLayer(oracle, {
      ...common,
      layer: conv2d({ ...options, filters }),
      parameters: { weight: wholeWeights(connections, channels, weight), bias },
    });
    const tolerance = target === oracle ? float64Rounding : float32Reduction(expected.reduction);
    expectClose('y', found.y, expected.y, tolerance);
    expectClose('gx', found.gx, expected.gx, tolerance);
    expectClose('bias', found.gradients.bias ?? [], expected.gradients.bias ?? [], tolerance);
    const connected = wholeWeights(connections, channels, new Float64Array(weight.length).fill(1));
    const own = (expected.gradients.weight as Float64Array).filter((_, index) => connected[index] === 1);
    expectClose('weight', found.gradients.weight ?? [], own, tolerance);
  });
});

describe('the third layer of LeNet-5', () => {
  const c3 = partialConv2d({ connections: 'lenet5-c3', kernelSize: 5 });

  it('has the 1,516 parameters of the paper, and costs their multiplications', () => {
    const { parameters, outputShape, flops } = c3.build([6, 14, 14]);
    expect(parameters.map(({ shape }) => shape)).toEqual([[60, 5, 5], [16]]);
    expect(60 * 25 + 16).toBe(1516);
    expect(outputShape).toEqual([16, 10, 10]);
    expect(flops).toBe(2 * 60 * 25 * 100);
  });

  it('sees each input map in ten output maps, and no two output maps see the same', () => {
    const program = compilePlain(chain([6, 14, 14], [c3]), { purpose: 'predict', batchSize: 1 });
    const { geometry } = program.instructions.find(({ op }) => op === 'partialConv2d') as Instruction;
    const { kernelCounts, inputMaps } = geometry as PartialConv2dGeometry;
    expect(kernelCounts).toEqual([3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 6]);
    expect([0, 1, 2, 3, 4, 5].map((map) => inputMaps.filter((seen) => seen === map).length)).toEqual([
      10, 10, 10, 10, 10, 10,
    ]);
    const rows = kernelCounts.map((count, k) => {
      const begin = kernelCounts.slice(0, k).reduce((sum, before) => sum + before, 0);
      return inputMaps.slice(begin, begin + count).join();
    });
    expect(new Set(rows).size).toBe(16);
  });
});

it("draws each output map's first weights by the input maps that it sees", () => {
  const few = 2;
  const many = 32;
  const connections = [[0, 1], Array.from({ length: many }, (_, map) => map)];
  const model = sequential([partialConv2d({ connections, kernelSize: 10, kernelInitializer: 'heNormal' })], {
    inputShape: [many, 10, 10],
    seed: 3,
  });
  const weights = Array.from(model.parameter('partialConv2d_1.weight'));
  const first = meanSquare(weights.slice(0, few * 100));
  const second = meanSquare(weights.slice(few * 100));
  // 200 and 3,200 squares of normal numbers: their mean is within three standard deviations, 3 sqrt(2 / n), of 1.
  expect(Math.abs(first / (2 / (few * 100)) - 1)).toBeLessThan(0.3);
  expect(Math.abs(second / (2 / (many * 100)) - 1)).toBeLessThan(0.075);
});

it.each(['lenet5-c3', everyFew(6, 4)] as const)('goes through a file with its table: %j', async (connections) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'laminet-'));
  const model = sequential([partialConv2d({ connections, kernelSize: 3, name: 'c3' })], {
    inputShape: [6, 5, 4],
    seed: 1,
  });
  const file = path.join(folder, 'model.safetensors');
  await model.save(file);
  const again = await loadModel(file);
  const x = Float32Array.from(normals(2 * 120, 1));
  const outputs = [model, again].map((each) => each.compile({ loss: 'sse' }).predictSync(x).data);
  expect(Array.from(outputs[1] ?? [])).toEqual(Array.from(outputs[0] ?? []));
  expect(Array.from(again.parameter('c3.weight'))).toEqual(Array.from(model.parameter('c3.weight')));
  model.dispose();
  again.dispose();
  rmSync(folder, { recursive: true });
});

const REFUSALS: readonly [connections: unknown, code: string, message: string][] = [
  ['lenet5-c5', 'E_UNKNOWN', 'there is no connection table "lenet5-c5"; there are lenet5-c3'],
  [[], 'E_OPTION', 'connections must list the input maps of each output map, found []'],
  [3, 'E_OPTION', 'connections must list the input maps of each output map, found 3'],
  ...[[], [0, 0], [2, 1], [-1], [0.5], 'ab'].map((maps): [unknown, string, string] => [
    [[0], maps],
    'E_OPTION',
    `connections of output map 1 must be one or more different input maps in ascending order, found ${JSON.stringify(maps)}`,
  ]),
];

it.each(REFUSALS)('refuses connections: %j', (connections, code, message) => {
  const options = { connections, kernelSize: 1 } as PartialConv2dOptions;
  expect(() => partialConv2d(options)).toThrow(expect.objectContaining({ code, message }));
});

it('refuses images with fewer channels than the table names, and what is no image', () => {
  const layer = partialConv2d({ connections: 'lenet5-c3', kernelSize: 5 });
  expect(() => layer.build([5, 14, 14])).toThrow(
    expect.objectContaining({
      code: 'E_SHAPE',
      message:
        'partialConv2d: expected at least 6 channels, since an output map is connected to number 5, found 5x14x14',
    }),
  );
  expect(() => layer.build([6])).toThrow(
    expect.objectContaining({ message: 'partialConv2d: expected an image of [channels, height, width], found 6' }),
  );
});

it('keeps its table when the list that it was given is changed', () => {
  const connections = [[0], [1]];
  const layer = partialConv2d({ connections, kernelSize: 1 });
  connections.push([0, 1]);
  expect(layer.build([2, 3, 3]).outputShape).toEqual([2, 3, 3]);
});
