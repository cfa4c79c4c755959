import { activation } from '../../lib/layers/activation';
import { compileProgram, type InputFormat } from '../../lib/model/compile';
import { chain } from '../../lib/model/graph';
import type { Augmentation } from '../../lib/ops/gather-augmented';
import { sizeOf } from '../../lib/tensor/shape';
import { float32Targets, instructionSets, nativeTarget, oracle, type TestTarget, targets } from '../support/backends';
import { normals, uniforms } from '../support/random';
import { makeRequest, type RequestFields } from '../support/request';
import { exact, expectClose, float32Elementwise } from '../support/tolerance';

const NOTHING: Augmentation = {
  crop: 0,
  reflect: false,
  flip: 'none',
  cutout: 0,
  brightness: 0,
  contrast: 0,
  rotation: 0,
  scaling: 0,
  mixup: 0,
};

interface Draw extends Omit<RequestFields, 'samples'> {
  readonly batchSize?: number;
}

/** The changed images, as they are handed back by a network that changes nothing. */
function changed(
  { backend, precision, threads }: TestTarget,
  input: InputFormat,
  augmentation: Partial<Augmentation>,
  samples: ArrayLike<number>,
  { batchSize, ...draw }: Draw = {},
): Float64Array {
  const [channels = 0, height = 0, width = 0] = input.source.shape;
  const [top, bottom, left, right] = input.padding;
  const shape = [channels, height + top + bottom, width + left + right];
  const count = samples.length / sizeOf(input.source.shape);
  const program = compileProgram(chain(shape, [activation('linear')]), {
    purpose: 'predict',
    batchSize: batchSize ?? draw.order?.length ?? count,
    input,
    targets: 'none',
    augmentation: { ...NOTHING, ...augmentation },
  });
  const request = makeRequest(program, precision, { samples, ...draw });
  const plan = backend.plan(program, { precision, threads });
  plan.runSync(request);
  plan.dispose();
  return Float64Array.from(request.results[0] ?? []);
}

const plain = (channels: number, height: number, width: number): InputFormat => ({
  source: { kind: 'float', shape: [channels, height, width] },
  padding: [0, 0, 0, 0],
  scale: 1,
});

/** An image of different numbers, none of them 0, and `count` places in a batch that all get it. */
const image = Array.from({ length: 12 }, (_, index) => index + 1);
const often = (count: number): Draw => ({ order: new Array(count).fill(0) });

/** The images of a batch as strings, which can be counted. */
function imagesOf(values: Float64Array, size: number): readonly string[] {
  return Array.from({ length: values.length / size }, (_, n) => values.slice(n * size, (n + 1) * size).join(' '));
}

/** The 3x4 image moved so that pixel (dy, dx) of the padded one is its first, by hand. */
function movedImage(dy: number, dx: number, outside: (y: number, x: number) => number): string {
  const pixels: number[] = [];
  for (let y = 0; y < 3; y++) {
    for (let x = 0; x < 4; x++) {
      const [row, column] = [y + dy - 1, x + dx - 1];
      const inside = row >= 0 && row < 3 && column >= 0 && column < 4;
      pixels.push(inside ? (image[row * 4 + column] as number) : outside(row, column));
    }
  }
  return pixels.join(' ');
}

describe.each(targets)('on $name', (target) => {
  it('a crop shows one of the places of the padded image, all of them about as often', () => {
    const images = imagesOf(changed(target, plain(1, 3, 4), { crop: 1 }, image, often(900)), 12);
    const expected = [0, 1, 2].flatMap((dy) => [0, 1, 2].map((dx) => movedImage(dy, dx, () => 0)));
    expect(new Set(images)).toEqual(new Set(expected));
    // 900 draws of a chance of 1/9: four standard deviations are 4 sqrt(900 * 1/9 * 8/9).
    for (const each of expected) {
      expect(Math.abs(images.filter((found) => found === each).length - 100)).toBeLessThan(38);
    }
  });

  it('a crop out of reflections repeats no edge', () => {
    const images = imagesOf(changed(target, plain(1, 3, 4), { crop: 1, reflect: true }, image, often(200)), 12);
    const reflected = (y: number, x: number): number => {
      const row = y < 0 ? 1 : y > 2 ? 1 : y;
      const column = x < 0 ? 1 : x > 3 ? 2 : x;
      return image[row * 4 + column] as number;
    };
    const expected = [0, 1, 2].flatMap((dy) => [0, 1, 2].map((dx) => movedImage(dy, dx, reflected)));
    expect(new Set(images)).toEqual(new Set(expected));
    expect(movedImage(0, 0, reflected)).toBe('6 5 6 7 2 1 2 3 6 5 6 7');
  });

  it('half of the images are flipped at random', () => {
    const images = imagesOf(changed(target, plain(1, 3, 4), { flip: 'random' }, image, often(400)), 12);
    const mirrored = '4 3 2 1 8 7 6 5 12 11 10 9';
    expect(new Set(images)).toEqual(new Set([image.join(' '), mirrored]));
    // Four standard deviations of 400 even chances are 40.
    expect(Math.abs(images.filter((found) => found === mirrored).length - 200)).toBeLessThan(40);
  });

  it('alternating flips go by the sample, wherever it stands, and turn round from epoch to epoch', () => {
    const count = 200;
    const samples = Array.from({ length: count }, (_, n) => [n, n + 0.5]).flat();
    const order = Array.from({ length: count }, (_, n) => (n * 7) % count);
    const inEpoch = (epoch: number, draw: Draw): readonly boolean[] => {
      const values = changed(target, plain(1, 1, 2), { flip: 'alternating' }, samples, { epoch, seed: 9, ...draw });
      const flipped = new Array<boolean>(count);
      for (let n = 0; n < count; n++) {
        const index = Math.floor(values[2 * n] as number);
        flipped[index] = (values[2 * n] as number) > (values[2 * n + 1] as number);
      }
      return flipped;
    };
    const first = inEpoch(0, {});
    expect(inEpoch(0, { order, batchSize: 7, stepsBefore: 5 })).toEqual(first);
    expect(inEpoch(1, { order })).toEqual(first.map((flipped) => !flipped));
    expect(inEpoch(2, {})).toEqual(first);
    expect(inEpoch(0, { seed: 10 })).not.toEqual(first);
    // Four standard deviations of 200 even chances are 28.
    expect(Math.abs(first.filter(Boolean).length - 100)).toBeLessThan(29);
  });

  it('a cutout is a square of zeros in all channels, cut off at the edges', () => {
    const samples = new Float64Array(2 * 30).fill(1);
    const values = changed(target, plain(2, 5, 6), { cutout: 3 }, samples, often(300));
    const tops = new Set<string>();
    for (let n = 0; n < 300; n++) {
      const [one, other] = [values.slice(n * 60, n * 60 + 30), values.slice(n * 60 + 30, n * 60 + 60)];
      expect(other).toEqual(one);
      const zeros = Array.from(one.entries()).filter(([, value]) => value === 0);
      const rows = zeros.map(([at]) => Math.floor(at / 6));
      const columns = zeros.map(([at]) => at % 6);
      const [top, left] = [Math.min(...rows), Math.min(...columns)];
      const [height, width] = [Math.max(...rows) - top + 1, Math.max(...columns) - left + 1];
      expect(zeros).toHaveLength(height * width);
      // The middle is a pixel of the image, and the square reaches one pixel around it.
      expect(height).toBe(top > 0 && top + 3 <= 5 ? 3 : height);
      expect(Math.min(height, width)).toBeGreaterThanOrEqual(2);
      expect(Math.max(height, width)).toBeLessThanOrEqual(3);
      tops.add(`${Math.max(...rows)} ${Math.max(...columns)}`);
    }
    // The last zeros are in one of the rows 1 to 4 and one of the columns 1 to 5.
    expect(tops.size).toBe(20);
  });

  it('brightness is one number for an image, contrast one factor around the mean of each channel', () => {
    const samples = [0.25, 0.5, 0.75, 0.5, 2, 4, 6, 4];
    const brighter = changed(target, plain(2, 2, 2), { brightness: 0.5 }, samples, often(200));
    const contrasted = changed(target, plain(2, 2, 2), { contrast: 0.5 }, samples, often(200));
    const added: number[] = [];
    const gains: number[] = [];
    for (let n = 0; n < 200; n++) {
      const shifts = brighter.slice(n * 8, n * 8 + 8).map((value, at) => value - (samples[at] as number));
      expectClose('brightness', shifts, new Array(8).fill(shifts[0]), float32Elementwise);
      added.push(shifts[0] as number);
      const values = contrasted.slice(n * 8, n * 8 + 8);
      const gain = ((values[6] as number) - 4) / 2;
      const expected = samples.map((value, at) => (at < 4 ? 0.5 + (value - 0.5) * gain : 4 + (value - 4) * gain));
      expectClose('contrast', values, expected, float32Elementwise);
      gains.push(gain - 1);
    }
    for (const draws of [added, gains]) {
      expect(Math.min(...draws)).toBeLessThan(-0.45);
      expect(Math.max(...draws)).toBeGreaterThan(0.45);
      expect(Math.max(...draws.map(Math.abs))).toBeLessThanOrEqual(0.5 + 1e-6);
    }
  });

  it('a ramp is turned and enlarged around the middle of the image', () => {
    // Interpolation gives the values of a plane exactly, as long as all four pixels are in the image.
    const side = 31;
    const middle = (side - 1) / 2;
    const ramp = (slopeY: number, slopeX: number): number[] =>
      Array.from(
        { length: side * side },
        (_, at) => slopeY * (Math.floor(at / side) - middle) + slopeX * ((at % side) - middle),
      );
    const samples = [...ramp(1, 0), ...ramp(0, 1)];
    const at = (values: Float64Array, n: number, c: number, y: number, x: number): number =>
      values[((n * 2 + c) * side + middle + y) * side + middle + x] as number;
    const values = changed(target, plain(2, side, side), { rotation: 30, scaling: 0.25 }, samples, often(200));
    const angles: number[] = [];
    const sizes: number[] = [];
    for (let n = 0; n < 200; n++) {
      // Where the pixel one to the right of the middle comes from.
      const [y, x] = [at(values, n, 0, 0, 1), at(values, n, 1, 0, 1)];
      expectClose('middle', [at(values, n, 0, 0, 0), at(values, n, 1, 0, 0)], [0, 0], float32Elementwise);
      // A turn and one factor: the place of the pixel below is the same, a quarter turn on.
      expectClose('below', [at(values, n, 0, 1, 0), at(values, n, 1, 1, 0)], [x, -y], float32Elementwise);
      expectClose('far', [at(values, n, 0, -3, 5)], [5 * y - 3 * x], float32Elementwise);
      angles.push((Math.atan2(y, x) * 180) / Math.PI);
      sizes.push(1 / Math.hypot(y, x));
    }
    for (const [draws, least, most] of [
      [angles, -30, 30],
      [sizes, 0.75, 1.25],
    ] as const) {
      const margin = 1e-4;
      expect(Math.min(...draws)).toBeGreaterThan(least - margin);
      expect(Math.max(...draws)).toBeLessThan(most + margin);
      expect(Math.min(...draws)).toBeLessThan(least + 0.1 * (most - least));
      expect(Math.max(...draws)).toBeGreaterThan(most - 0.1 * (most - least));
    }
  });

  it('steps of a run draw what runs of one step each draw that were made after so many', () => {
    const all = { crop: 1, flip: 'random', cutout: 2, brightness: 0.5 } as const;
    const samples = normals(20 * 12, 3);
    const run = changed(target, plain(1, 3, 4), all, samples, { seed: 4, stepsBefore: 7, batchSize: 10 });
    const parts = [0, 1].flatMap((step) => {
      const order = Array.from({ length: 10 }, (_, n) => 10 * step + n);
      return [...changed(target, plain(1, 3, 4), all, samples, { seed: 4, stepsBefore: 7 + step, order })];
    });
    expect(Array.from(run)).toEqual(parts);
  });

  it('numbers that are none stay so', () => {
    const values = changed(
      target,
      plain(1, 1, 3),
      { flip: 'random' },
      [Number.NaN, Number.POSITIVE_INFINITY, 1],
      often(50),
    );
    for (const found of imagesOf(values, 3)) expect(['NaN Infinity 1', '1 Infinity NaN']).toContain(found);
  });
});

/** Everything together, and the kinds of sources. */
const CASES: readonly {
  name: string;
  input: InputFormat;
  augmentation: Partial<Augmentation>;
  samples: ArrayLike<number>;
}[] = [
  { crop: 2, flip: 'random', cutout: 3 } as const,
  { crop: 3, reflect: true, flip: 'alternating', cutout: 4, brightness: 0.3, contrast: 0.4 } as const,
  { crop: 1, flip: 'random', rotation: 40, scaling: 0.3 } as const,
  { reflect: true, rotation: 180, scaling: 0.9, contrast: 1 } as const,
  { crop: 2, flip: 'alternating', brightness: 0.2, mixup: 0.4 } as const,
].flatMap((augmentation) => [
  {
    name: `bytes, ${Object.keys(augmentation)}`,
    input: { source: { kind: 'uint8', shape: [3, 7, 18] }, padding: [1, 0, 2, 1], scale: 1 / 255 } as const,
    augmentation,
    samples: Uint8Array.from(uniforms(21 * 378, 0, 256, 5)),
  },
  {
    name: `numbers, ${Object.keys(augmentation)}`,
    input: plain(2, 6, 17),
    augmentation,
    samples: Float32Array.from(normals(21 * 204, 6)),
  },
]);

describe.each(CASES)('$name', ({ input, augmentation, samples }) => {
  const draw = { seed: 2 ** 40 + 9, stepsBefore: 3, epoch: 5 };

  it.each([1, 5, 16, 21])('every backend in single precision has the same bits, in batches of %i', (batchSize) => {
    const [reference, ...native] = float32Targets.map((target) =>
      changed(target, input, augmentation, samples, { ...draw, batchSize }),
    );
    for (const [index, values] of native.entries()) {
      expectClose(instructionSets[index] ?? '', values, reference as Float64Array, exact);
    }
    const wide = changed(oracle, input, augmentation, samples, { ...draw, batchSize });
    expectClose('in double precision', reference as Float64Array, wide, float32Elementwise);
  });

  it.each(instructionSets)('any number of threads has the same bits, on %s', (set) => {
    for (const batchSize of [1, 3, 16, 21]) {
      const [one, ...more] = [1, 2, 3].map((threads) =>
        changed(nativeTarget(set, threads), input, augmentation, samples, { ...draw, batchSize }),
      );
      for (const values of more) expect(values).toEqual(one);
    }
  });
});

it('refuses what is no image, and images that are too small or too large', () => {
  const run = (input: InputFormat, augmentation: Partial<Augmentation>) => () =>
    changed(oracle, input, augmentation, new Float64Array(sizeOf(input.source.shape)));
  const flat: InputFormat = { source: { kind: 'float', shape: [6] }, padding: [0, 0, 0, 0], scale: 1 };
  expect(() =>
    compileProgram(chain([6], [activation('linear')]), {
      purpose: 'predict',
      batchSize: 1,
      input: flat,
      targets: 'none',
      augmentation: NOTHING,
    }),
  ).toThrow('gatherAugmented: expected images of [channels, height, width]');
  expect(run(plain(1, 3, 4), { crop: 3 })).toThrow(
    "gatherAugmented: expected images larger than a crop's padding of 3",
  );
  expect(run(plain(1, 3, 4), { cutout: 5 })).toThrow('expected images at least as large as a cutout of 5');
  expect(run(plain(1, 1, 2 ** 16 + 1), {})).toThrow('with sides of at most 65536 pixels');
});
