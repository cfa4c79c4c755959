import { permutation, philox4x32, pickDistinct, RandomSequence, RandomStream } from '../../lib/tensor/philox';

describe('Philox4x32-10', () => {
  // The known answers that its authors publish with Random123.
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)('answers counter %p with key %p', (counter, key, expected) => {
    const words = new Uint32Array(4);
    philox4x32(counter, key, words);
    expect([...words]).toEqual(expected);
  });

  it('gives every stream, step and seed numbers of its own', () => {
    const first = (seed: number, stream: RandomStream, step: number): number =>
      new RandomSequence(seed, stream, step).nextWord();
    const words = [
      first(1, RandomStream.initialize, 0),
      first(2, RandomStream.initialize, 0),
      first(1 + 2 ** 32, RandomStream.initialize, 0),
      first(1, RandomStream.shuffle, 0),
      first(1, RandomStream.initialize, 1),
    ];
    expect(new Set(words).size).toBe(words.length);
    expect(first(1, RandomStream.initialize, 0)).toBe(words[0]);
  });

  it('draws uniform, normal and bounded numbers with the right moments', () => {
    const count = 20_000;
    const random = new RandomSequence(7, RandomStream.pick);
    const uniform = Float64Array.from({ length: count }, () => random.nextUniform());
    const normal = Float64Array.from({ length: count }, () => random.nextNormal());
    const bounded = Int32Array.from({ length: count }, () => random.nextBelow(3));
    const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / count;
    // Five standard errors of each statistic.
    const errors = 5 / Math.sqrt(count);
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(errors * Math.sqrt(1 / 12));
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(Math.abs(mean(normal))).toBeLessThan(errors);
    expect(Math.abs(mean(normal.map((value) => value * value)) - 1)).toBeLessThan(errors * Math.SQRT2);
    for (const value of [0, 1, 2]) {
      const share = bounded.filter((drawn) => drawn === value).length / count;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(errors * Math.sqrt(2 / 9));
    }
  });
});

describe('a permutation', () => {
  it('holds every number once, and is another for another seed or epoch', () => {
    const order = permutation(1000, 5, RandomStream.shuffle, 1);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect(permutation(1000, 5, RandomStream.shuffle, 1)).toEqual(order);
    expect(permutation(1000, 5, RandomStream.shuffle, 2)).not.toEqual(order);
    expect(permutation(1000, 6, RandomStream.shuffle, 1)).not.toEqual(order);
    expect([...permutation(1, 0, RandomStream.shuffle)]).toEqual([0]);
  });
});

describe('pickDistinct', () => {
  it('picks different numbers, the first ones of a shuffle of all', () => {
    const all = pickDistinct(1000, 1000, 5, RandomStream.pick, 2);
    expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect(pickDistinct(10, 1000, 5, RandomStream.pick, 2)).toEqual(all.slice(0, 10));
    expect(pickDistinct(10, 1000, 5, RandomStream.pick, 3)).not.toEqual(all.slice(0, 10));
  });

  it('every number is picked about as often as any other', () => {
    const counts = new Array<number>(10).fill(0);
    for (let round = 0; round < 10_000; round++) {
      for (const number of pickDistinct(3, 10, 7, RandomStream.pick, round)) counts[number] = (counts[number] ?? 0) + 1;
    }
    // 3,000 each, with a standard deviation of 46.
    for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(5 * 46);
  });
});
