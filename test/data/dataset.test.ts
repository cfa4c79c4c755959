import fc from 'fast-check';
import { Dataset } from '../../lib/data/dataset';

/** Samples whose two bytes are their number, with labels, targets and weights that tell it too. */
const numbered = (labels: readonly number[]): Dataset =>
  Dataset.from({
    samples: Uint8Array.from(labels.flatMap((_, index) => [index, index])),
    shape: [2],
    labels,
    classNames: ['a', 'b', 'c'],
    targets: labels.map((_, index) => index / 2),
    sampleWeights: labels.map((_, index) => index + 1),
  });

/** The numbers of samples, after a check that every column tells the same. */
function numbersOf(data: Dataset, labels: readonly number[]): number[] {
  const numbers = Array.from({ length: data.count }, (_, index) => data.samples[2 * index] as number);
  expect(Array.from({ length: data.count }, (_, index) => data.samples[2 * index + 1])).toEqual(numbers);
  expect([...(data.labels ?? [])]).toEqual(numbers.map((number) => labels[number]));
  expect([...(data.targets ?? [])]).toEqual(numbers.map((number) => number / 2));
  expect([...(data.sampleWeights ?? [])]).toEqual(numbers.map((number) => number + 1));
  expect(data).toMatchObject({ classes: 3, classNames: ['a', 'b', 'c'] });
  return numbers;
}

const SHUFFLED_1 = [9, 8, 2, 1, 7, 0, 4, 5, 6, 3];
const SPLIT_3 = [5, 9, 4, 2, 6, 1, 3, 0, 7, 8];

const LABELS = [0, 1, 2, 0, 1, 2, 0, 1, 0, 0];
const data = numbered(LABELS);
const inNumbers = (a: number, b: number): number => a - b;
const option = (message: string) => expect.objectContaining({ code: 'E_OPTION', message });

describe('class names', () => {
  test('tell the number of classes', () => {
    expect(data.classes).toBe(3);
    expect(Dataset.from({ samples: [1], shape: [1], labels: [0], classNames: ['x', 'y'] }).classes).toBe(2);
    expect(Dataset.from({ samples: [1], shape: [1], labels: [0] }).classNames).toBeUndefined();
  });

  test.each([
    [{ classes: 3, classNames: ['a', 'b'] }, 'data set: 2 class names but 3 classes'],
    [{ classNames: ['a', ''] }, 'data set: the name of class 1 is "", expected a text'],
    [{ classNames: [] }, 'data set: there are no class names'],
  ])('refused: %j', (options, message) => {
    expect(() => Dataset.from({ samples: [1], shape: [1], labels: [0], ...options })).toThrow(
      expect.objectContaining({ code: 'E_DATA', message }),
    );
  });

  test('without labels', () => {
    expect(() => Dataset.from({ samples: [1], shape: [1], classNames: ['a'] })).toThrow(
      expect.objectContaining({ code: 'E_DATA', message: 'data set: 1 class names but no labels' }),
    );
  });
});

describe('select and take', () => {
  test('every column goes along', () => {
    expect(numbersOf(data.select([9, 0, 9, 4]), LABELS)).toEqual([9, 0, 9, 4]);
    expect(numbersOf(data.take(3), LABELS)).toEqual([0, 1, 2]);
    expect(numbersOf(data.take(10), LABELS)).toHaveLength(10);
  });

  test('padding, scale and rows of several inputs stay', () => {
    const records = Dataset.records({
      inputs: [
        { samples: [1, 2], shape: [1] },
        { samples: [3, 4], shape: [1] },
      ],
      outputs: [{ targets: [5, 6] }, { targets: [7, 8] }],
    });
    const swapped = records.select([1, 0]);
    expect(swapped).toMatchObject({ inputShapes: [[1], [1]], outputSizes: [1, 1] });
    expect([...swapped.samples]).toEqual([2, 4, 1, 3]);
    expect([...(swapped.targets ?? [])]).toEqual([6, 8, 5, 7]);
    const image = Dataset.from({ samples: [1, 2], shape: [1, 1, 1], padding: 2, scale: 3 }).select([1]);
    expect(image).toMatchObject({ sampleShape: [1, 5, 5], scale: 3 });
  });

  test('refused', () => {
    expect(() => data.select([0, 10])).toThrow(option('data set: index 1 is 10, expected a whole number from 0 to 9'));
    expect(() => data.select([-1])).toThrow(option('data set: index 0 is -1, expected a whole number from 0 to 9'));
    expect(() => data.select([0.5])).toThrow(option('data set: index 0 is 0.5, expected a whole number from 0 to 9'));
    expect(() => data.select([])).toThrow(expect.objectContaining({ code: 'E_DATA' }));
    for (const count of [0, 11, 1.5, Number.NaN, -1]) {
      expect(() => data.take(count)).toThrow(
        option(`data set: take must be a whole number from 1 to 10, found ${count}`),
      );
    }
  });
});

describe('shuffle', () => {
  test('the order of a seed never changes', () => {
    expect(numbersOf(data.shuffle(1), LABELS)).toEqual(SHUFFLED_1);
    expect(numbersOf(data.shuffle(1), LABELS)).toEqual(SHUFFLED_1);
    expect(numbersOf(data.shuffle(2), LABELS)).not.toEqual(SHUFFLED_1);
    expect([...SHUFFLED_1].sort(inNumbers)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(numbersOf(data, LABELS)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN])('refuses the seed %d', (seed) => {
    const message = `data set: seed must be a whole number from 0 to 2^53 - 1, found ${seed}`;
    expect(() => data.shuffle(seed)).toThrow(option(message));
    expect(() => data.split(0.5, { seed })).toThrow(option(message));
  });
});

describe('split', () => {
  test('by a share and by a number, in order', () => {
    const [first, second] = data.split(0.3);
    expect(numbersOf(first, LABELS)).toEqual([0, 1, 2]);
    expect(numbersOf(second, LABELS)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    // Over the same memory.
    expect(first.samples.buffer).toBe(data.samples.buffer);
    expect(data.split(1)[0].count).toBe(1);
    expect(data.split(9)[1].count).toBe(1);
  });

  test('with a seed, random and the same every time', () => {
    const [first, second] = data.split(4, { seed: 3 });
    const numbers = [...numbersOf(first, LABELS), ...numbersOf(second, LABELS)];
    expect(numbers).toEqual(SPLIT_3);
    expect([...numbers].sort(inNumbers)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('stratified: 5, 3 and 2 of 10 become 3, 2 and 1 of 6, the first of each', () => {
    const [first, second] = data.split(0.6, { stratified: true });
    expect(numbersOf(first, LABELS)).toEqual([0, 1, 2, 3, 4, 6]);
    expect(numbersOf(second, LABELS)).toEqual([5, 7, 8, 9]);
  });

  test('stratified, whatever the labels: shares differ from the exact ones by less than a sample', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2), { minLength: 2, maxLength: 100 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.option(fc.nat(), { nil: undefined }),
        (labels, share, seed) => {
          const size = 1 + Math.floor(share * (labels.length - 2));
          const options = { stratified: true, ...(seed === undefined ? {} : { seed }) };
          const [first, second] = numbered(labels).split(size, options);
          const chosen = numbersOf(first, labels);
          expect(chosen).toHaveLength(size);
          expect([...chosen, ...numbersOf(second, labels)].sort(inNumbers)).toEqual([...labels.keys()]);
          for (const label of [0, 1, 2]) {
            const exact = (labels.filter((each) => each === label).length * size) / labels.length;
            const found = chosen.filter((number) => labels[number] === label).length;
            expect(Math.abs(found - exact)).toBeLessThan(1);
          }
        },
      ),
    );
  });

  test.each([0, 10, 11, -1, 0.01, 0.99, 1.5, Number.NaN])('refuses %d', (first) => {
    expect(() => data.split(first)).toThrow(expect.objectContaining({ code: 'E_OPTION' }));
  });

  test('stratified needs labels', () => {
    expect(() => Dataset.from({ samples: [1, 2], shape: [1] }).split(1, { stratified: true })).toThrow(
      expect.objectContaining({
        code: 'E_DATA',
        message: 'data set: a stratified split needs labels, found none',
      }),
    );
  });
});

describe('channel statistics', () => {
  test('of bytes, by hand', () => {
    const images = Dataset.from({
      samples: Uint8Array.of(0, 2, 10, 10, 4, 6, 10, 10),
      shape: [2, 1, 2],
      scale: 0.5,
      padding: 1,
    });
    // 0, 2, 4, 6: mean 3, variance 5; 10 four times.
    expect(images.channelStatistics()).toEqual({ mean: [1.5, 5], std: [0.5 * Math.sqrt(5), 0] });
  });

  test('of bytes, exact where floating-point sums are not: two values a million times', () => {
    const samples = new Uint8Array(2_000_001).fill(255);
    samples[0] = 254;
    const { mean, std } = Dataset.from({ samples, shape: [1], scale: 1 }).channelStatistics();
    const count = 2_000_001;
    expect(mean).toEqual([(255 * count - 1) / count]);
    expect(std).toEqual([Math.sqrt((count - 1) / count / count)]);
  });

  test('of numbers far from zero, and of each column of plain rows', () => {
    const rows = Dataset.from({ samples: [1e7, 1, 1e7 + 2, 5], shape: [2], scale: -1 });
    expect(rows.channelStatistics()).toEqual({ mean: [-1e7 - 1, -3], std: [1, 2] });
  });
});
