/**
 * Philox4x32-10: counter-based random numbers (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011). A number is a pure function of (key, counter): any part of a sequence can be computed by anyone, in any order,
 * on any thread. The key is the seed; the counter is (index, step, stream).
 */

import { cosineOfPi, logarithm } from './elementary';

// Looked up once: in a vm context (jest) each look-up of a global costs more than a whole round, 30 times the time in all.
const { floor, imul, sqrt } = Math;

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** What a sequence of random numbers is for. Each use has its own stream, so that none disturbs another. */
export const RandomStream = {
  initialize: 1,
  shuffle: 2,
  split: 3,
  pick: 4,
  check: 5,
  dropout: 6,
  augment: 7,
  mixup: 8,
} as const;
export type RandomStream = (typeof RandomStream)[keyof typeof RandomStream];

/** The upper 32 bits of the 64-bit product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + floor(middle / 0x10000) + floor(carry / 0x10000)) >>> 0;
}

/** One block: four 32-bit words from a counter of four words and a key of two, written to `out`. */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** A sequence of random numbers: the words of one (seed, stream, step), read in order. */
export class RandomSequence {
  readonly #key: readonly [number, number];
  readonly #stream: number;
  readonly #step: number;
  readonly #block = new Uint32Array(4);
  #index = 0;
  #used = 4;

  /**
   * @param seed a whole number from 0 to 2^53 - 1
   * @param stream what the numbers are for
   * @param step which of the sequences of that stream: a parameter's index, an epoch
   */
  constructor(seed: number, stream: RandomStream, step = 0) {
    this.#key = [seed >>> 0, floor(seed / 2 ** 32) >>> 0];
    this.#stream = stream;
    this.#step = step;
  }

  /** 32 random bits. */
  nextWord(): number {
    if (this.#used === 4) {
      const low = this.#index >>> 0;
      const high = floor(this.#index / 2 ** 32) >>> 0;
      philox4x32([low, high, this.#step, this.#stream], this.#key, this.#block);
      this.#index += 1;
      this.#used = 0;
    }
    return this.#block[this.#used++] as number;
  }

  /** Uniform in [0, 1), with 53 random bits. */
  nextUniform(): number {
    const high = this.nextWord() >>> 5;
    const low = this.nextWord() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /**
   * Standard normal, by Box and Muller (1958); the second value of each pair is left unused, so that calls stay independent.
   * Logarithm and cosine are the library's own: those of `Math` are other ones in other versions of Node.
   */
  nextNormal(): number {
    const radius = sqrt(-2 * logarithm(1 - this.nextUniform()));
    return radius * cosineOfPi(2 * this.nextUniform());
  }

  /** A whole number in [0, bound), without bias: words beyond the last full multiple of `bound` are drawn again. */
  nextBelow(bound: number): number {
    const limit = floor(2 ** 32 / bound) * bound;
    let word = this.nextWord();
    while (word >= limit) word = this.nextWord();
    return word % bound;
  }
}

/** The numbers 0 to count-1 in random order (Fisher and Yates). */
export function permutation(count: number, seed: number, stream: RandomStream, step = 0): Uint32Array {
  const random = new RandomSequence(seed, stream, step);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.nextBelow(last + 1);
    const swapped = order[last] as number;
    order[last] = order[other] as number;
    order[other] = swapped;
  }
  return order;
}

/** `picked` different numbers below `count`, in random order: the first steps of a shuffle, of which only the swaps are kept. */
export function pickDistinct(picked: number, count: number, seed: number, stream: RandomStream, step = 0): Uint32Array {
  const random = new RandomSequence(seed, stream, step);
  const moved = new Map<number, number>();
  return Uint32Array.from({ length: picked }, (_, index) => {
    const other = index + random.nextBelow(count - index);
    const number = moved.get(other) ?? other;
    moved.set(other, moved.get(index) ?? index);
    return number;
  });
}
