import { Dataset } from '../../lib/data/dataset';
import { type WhiteningOptions, whiteningFilters } from '../../lib/data/whitening';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { normalization } from '../../lib/layers/normalization';
import { sequential } from '../../lib/model/sequential';
import { normals } from '../support/random';
import { expectClose, float32Elementwise, float32Reduction, float64Rounding } from '../support/tolerance';

/** Images whose pixels resemble their neighbours, and whose channels resemble each other. */
function smooth(count: number): Dataset {
  const noise = normals(count * 3 * 64, 7);
  const samples = new Uint8Array(count * 3 * 64);
  for (let at = 0; at < samples.length; at++) {
    const [left = 0, above = 0, other = 0] = [noise[at - 1], noise[at - 8], noise[at - 64]];
    samples[at] = Math.max(0, Math.min(255, 120 + 20 * ((noise[at] as number) + left + above + 2 * other)));
  }
  return Dataset.from({ samples, shape: [3, 8, 8], labels: new Int32Array(count), classes: 2, name: 'smooth' });
}

/** The covariance of the outputs of a convolution over all samples and places, [filters][filters]. */
function covarianceOf(outputs: ArrayLike<number>, filters: number, places: number): Float64Array {
  const count = outputs.length / filters / places;
  const at = (n: number, f: number, p: number): number => outputs[(n * filters + f) * places + p] as number;
  const means = Array.from({ length: filters }, (_, f) => {
    let sum = 0;
    for (let n = 0; n < count; n++) for (let p = 0; p < places; p++) sum += at(n, f, p);
    return sum / count / places;
  });
  const covariance = new Float64Array(filters * filters);
  for (let f = 0; f < filters; f++) {
    for (let g = 0; g < filters; g++) {
      let sum = 0;
      for (let n = 0; n < count; n++) {
        for (let p = 0; p < places; p++) sum += (at(n, f, p) - (means[f] ?? 0)) * (at(n, g, p) - (means[g] ?? 0));
      }
      covariance[f * filters + g] = sum / count / places;
    }
  }
  return covariance;
}

const identity = (size: number): Float64Array =>
  Float64Array.from({ length: size * size }, (_, at) => +(at % (size + 1) === 0));

it.each([false, true])(
  'a convolution with these weights puts out white patches; after a normalization: %s',
  async (after) => {
    const data = smooth(40);
    const std = [0.2, 0.3, 0.5];
    const options = { negatives: false, epsilon: 1e-12, ...(after && { std }) };
    const { filters, kernelSize, weights } = whiteningFilters(data, options);
    expect({ filters, kernelSize, length: weights.length }).toEqual({ filters: 12, kernelSize: 2, length: 144 });
    const convolution = conv2d({ filters, kernelSize, kernelInitializer: () => weights, trainable: false });
    const model = sequential(after ? [normalization({ mean: 0.4, std }), convolution] : [convolution], {
      inputShape: [3, 8, 8],
    });
    model.compile({ loss: 'sse' });
    const { data: outputs } = await model.predict(data);
    // Sums of 12 products, and the smallest variance is a hundredth of the largest.
    expectClose('covariance', covarianceOf(outputs, 12, 49), identity(12), float32Reduction(12 * 100));
    await model.dispose();
  },
);

it('has the negatives behind the filters, and shrinks what hardly varies', () => {
  const data = smooth(10);
  const { filters, weights } = whiteningFilters(data);
  expect(filters).toBe(24);
  expect(Array.from(weights.subarray(144))).toEqual(Array.from(weights.subarray(0, 144), (value) => -value));
  const flat = Dataset.from({ samples: new Uint8Array(16).fill(9), shape: [1, 4, 4] });
  const { weights: none } = whiteningFilters(flat, { epsilon: 0.25, negatives: false });
  expectClose(
    'identity',
    none,
    identity(4).map((value) => 2 * value),
    float64Rounding,
  );
});

it('is of the first samples alone, and the same each time', () => {
  const data = smooth(12);
  expect(whiteningFilters(data, { samples: 5 })).toEqual(whiteningFilters(data.slice(0, 5)));
  expect(whiteningFilters(data)).not.toEqual(whiteningFilters(data, { samples: 5 }));
});

it('stays as it is while the layers behind it are trained', async () => {
  const data = smooth(20);
  const { filters, kernelSize, weights } = whiteningFilters(data);
  const model = sequential(
    [
      conv2d({ filters, kernelSize, kernelInitializer: () => weights, trainable: false, activation: 'relu' }),
      flatten(),
      dense({ units: 2, activation: 'softmax' }),
    ],
    { inputShape: [3, 8, 8] },
  );
  model.compile({ loss: 'crossEntropy' });
  await model.fit(data, { epochs: 2 });
  expectClose('weights', model.parameter('conv2d_1.weight'), weights, float32Elementwise);
  await model.dispose();
});

const REFUSED: readonly (readonly [WhiteningOptions, string])[] = [
  [{ kernelSize: 9 }, 'whiteningFilters: kernelSize must be a whole number from 1 to 8, found 9'],
  [{ kernelSize: 1.5 }, 'whiteningFilters: kernelSize must be a whole number from 1 to 8, found 1.5'],
  [{ epsilon: 0 }, 'whiteningFilters: epsilon must be a finite number above 0, found 0'],
  [{ samples: 5 }, 'whiteningFilters: samples must be a whole number from 1 to 4, found 5'],
  [{ std: [1, 2] }, 'whiteningFilters: std must be one number, or one for each of 3 channels, found 2'],
  [{ std: 0 }, 'whiteningFilters: std must be finite numbers above 0, found 0'],
];

it.each(REFUSED)('refuses %j', (options, message) => {
  expect(() => whiteningFilters(smooth(4), options)).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
});

it('refuses what is no image, and numbers that are none', () => {
  const rows = Dataset.from({ samples: [1, 2], shape: [2], name: 'rows' });
  expect(() => whiteningFilters(rows)).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  const broken = Dataset.from({ samples: [1, Number.NaN, 3, 4], shape: [1, 2, 2], name: 'broken' });
  expect(() => whiteningFilters(broken)).toThrow(
    expect.objectContaining({
      code: 'E_DATA',
      message: 'whiteningFilters takes finite numbers, but broken has others',
    }),
  );
});
