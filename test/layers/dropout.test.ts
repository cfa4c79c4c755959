import { Dataset } from '../../lib/data/dataset';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { dropout, spatialDropout2d } from '../../lib/layers/dropout';
import { flatten } from '../../lib/layers/flatten';
import type { Layer } from '../../lib/layers/layer';
import { chain } from '../../lib/model/graph';
import { sequential } from '../../lib/model/sequential';
import { adam } from '../../lib/optimizers/adam';
import type { Shape } from '../../lib/tensor/shape';
import { sizeOf } from '../../lib/tensor/shape';
import { nativeTarget, oracle, type TestTarget, targets } from '../support/backends';
import { normals, randomLabels } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain } from '../support/single-op';

const COUNT = 40;
const SHAPE: Shape = [5, 3, 4];

interface Draw {
  readonly seed?: number;
  readonly stepsBefore?: number;
  readonly batchSize?: number;
  readonly count?: number;
}

/** What layers make of ones, for each of `count` samples. */
function drawn({ backend, precision, threads }: TestTarget, layers: readonly Layer[], draw: Draw = {}): Float64Array {
  const { batchSize = COUNT, count = COUNT, ...of } = draw;
  const program = compilePlain(chain(SHAPE, layers), { purpose: 'predict', training: true, batchSize });
  const request = makeRequest(program, precision, { samples: new Float64Array(count * sizeOf(SHAPE)).fill(1), ...of });
  const plan = backend.plan(program, { precision, threads });
  plan.runSync(request);
  plan.dispose();
  return Float64Array.from(request.results[0] ?? []);
}

const layer = dropout({ rate: 0.25 });
const spatial = spatialDropout2d({ rate: 0.5 });
const expected = new Map([layer, spatial].map((each) => [each, drawn(oracle, [each], { seed: 2 ** 40 + 7 })]));

describe.each(targets)('on $name', (target) => {
  it.each([layer, spatial])('$kind drops what it drops everywhere', (each) => {
    const found = drawn(target, [each], { seed: 2 ** 40 + 7 });
    expect(Array.from(found, (value) => value === 0)).toEqual(Array.from(expected.get(each) ?? [], (v) => v === 0));
    expect(new Set(found.map(Math.fround))).toEqual(new Set([0, Math.fround(each === layer ? 4 / 3 : 2)]));
  });

  it('a batch of few samples drops what the first of many drop', () => {
    const all = expected.get(layer) as Float64Array;
    const few = drawn(target, [layer], { seed: 2 ** 40 + 7, batchSize: 3, count: 3 });
    expect(Array.from(few, (value) => value === 0)).toEqual(Array.from(all.slice(0, few.length), (v) => v === 0));
  });

  it('steps of a run drop what runs of one step each drop that were made after so many', () => {
    const run = drawn(target, [layer], { seed: 1, stepsBefore: 5, batchSize: 20 });
    const parts = [5, 6].map((stepsBefore) => drawn(target, [layer], { seed: 1, stepsBefore, count: 20 }));
    expect(Array.from(run)).toEqual(parts.flatMap((part) => [...part]));
    expect(Array.from(parts[0] ?? [])).not.toEqual(Array.from(parts[1] ?? []));
  });
});

it.each([1, 2, 3])('drops the same on %i threads', (threads) => {
  const target = { ...nativeTarget('sse2'), threads };
  expect(Array.from(drawn(target, [layer], { seed: 3 }))).toEqual(
    Array.from(drawn({ ...target, threads: 1 }, [layer], { seed: 3 })),
  );
});

it('drops about as much as it should, other elements for each seed, layer and sample', () => {
  const dropped = (values: Float64Array): number => values.filter((value) => value === 0).length / values.length;
  const first = drawn(oracle, [layer], { seed: 1 });
  // 2,400 decisions: three standard deviations are 3 sqrt(0.25 * 0.75 / 2400).
  expect(Math.abs(dropped(first) - 0.25)).toBeLessThan(0.027);
  expect(Array.from(drawn(oracle, [layer], { seed: 2 }))).not.toEqual(Array.from(first));
  // Of what two layers keep, each alone has kept three quarters.
  expect(Math.abs(dropped(drawn(oracle, [layer, dropout({ rate: 0.25 })], { seed: 1 })) - 0.4375)).toBeLessThan(0.031);
  const size = sizeOf(SHAPE);
  expect(Array.from(first.slice(0, size))).not.toEqual(Array.from(first.slice(size, 2 * size)));
});

it('drops whole channels where it is told to', () => {
  const values = expected.get(spatial) as Float64Array;
  for (let channel = 0; channel < values.length / 12; channel++) {
    expect(new Set(values.slice(channel * 12, (channel + 1) * 12)).size).toBe(1);
  }
});

const layers = (): readonly Layer[] => [
  conv2d({ filters: 4, kernelSize: 2, activation: 'relu' }),
  spatial,
  flatten(),
  layer,
  dense({ units: 3, activation: 'softmax' }),
];

const data = (): Dataset =>
  Dataset.from({
    samples: Float32Array.from(normals(50 * 60, 1)),
    shape: SHAPE,
    labels: Int32Array.from(randomLabels(50, 3, 2)),
    classes: 3,
    name: 'noise',
  });

function compiled(backend: 'native' | 'reference') {
  const model = sequential(layers(), { inputShape: SHAPE, seed: 1 });
  return model.compile({ loss: 'crossEntropy', optimizer: adam({ learningRate: 0.01 }), backend, threads: 2 });
}

describe.each(['native', 'reference'] as const)('in training on the %s backend', (backend) => {
  it('hands on what it is given where nothing is trained', () => {
    const model = compiled(backend);
    const samples = Float32Array.from(normals(60, 4));
    const plain = sequential(
      layers().filter(({ kind }) => !kind.toLowerCase().includes('dropout')),
      { inputShape: SHAPE, seed: 1 },
    ).compile({ loss: 'crossEntropy', backend });
    expect(Array.from(model.predictSync(samples).data)).toEqual(Array.from(plain.predictSync(samples).data));
    model.dispose();
    plain.dispose();
  });

  it('makes the same of the same seed, and something else of another', async () => {
    const weights: number[][] = [];
    for (const seed of [7, 7, 8]) {
      const model = compiled(backend);
      await model.fit(data(), { epochs: 2, batchSize: 20, shuffle: false, seed });
      weights.push(Array.from(model.parameter('dense_1.weight')));
      model.dispose();
    }
    expect(weights[1]).toEqual(weights[0]);
    expect(weights[2]).not.toEqual(weights[0]);
  });

  it('goes on drawing where it stopped: two fits of an epoch are one of two', async () => {
    const whole = compiled(backend);
    await whole.fit(data(), { epochs: 2, batchSize: 20, shuffle: false });
    const parts = compiled(backend);
    for (let part = 0; part < 2; part++) await parts.fit(data(), { epochs: 1, batchSize: 20, shuffle: false });
    expect(Array.from(parts.parameter('dense_1.weight'))).toEqual(Array.from(whole.parameter('dense_1.weight')));
    whole.dispose();
    parts.dispose();
  });
});

it.each([-0.1, 1, Number.NaN, '0.5' as unknown as number])('refuses a rate of %p', (rate) => {
  expect(() => dropout({ rate })).toThrow(
    expect.objectContaining({ code: 'E_OPTION', message: `rate must be from 0 up to, but not, 1, found ${rate}` }),
  );
});

it('refuses to drop channels of what is no image', () => {
  expect(() => spatial.build([7])).toThrow(
    expect.objectContaining({
      code: 'E_SHAPE',
      message: 'spatialDropout2d: expected an image of [channels, height, width], found 7',
    }),
  );
});

it('refuses a seed that is no key', async () => {
  const model = compiled('reference');
  await expect(model.fit(data(), { seed: -1 })).rejects.toMatchObject({
    code: 'E_OPTION',
    message: 'seed must be a whole number from 0 to 2^53 - 1, found -1',
  });
  model.dispose();
});
