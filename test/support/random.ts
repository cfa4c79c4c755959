import { RandomSequence, RandomStream } from '../../lib/tensor/philox';

/** Drawing numbers costs more than most tests: they read from one pool, each seed from a place of its own. */
const POOL_SIZE = 16381;
const SEED_DISTANCE = 1021;

let pool: Float64Array | undefined;

/** Standard normal numbers that float32 holds exactly, so that no comparison sees the inputs' rounding. */
export function normals(count: number, seed: number): Float64Array {
  const random = new RandomSequence(2017, RandomStream.check);
  pool ??= Float64Array.from({ length: POOL_SIZE }, () => Math.fround(random.nextNormal()));
  const values = new Float64Array(count);
  for (let index = 0; index < count; index++) values[index] = pool[(seed * SEED_DISTANCE + index) % POOL_SIZE] ?? 0;
  return values;
}

/** Numbers from `low` to `high` that float32 holds exactly. */
export function uniforms(count: number, low: number, high: number, seed: number): Float64Array {
  const random = new RandomSequence(seed, RandomStream.check);
  return Float64Array.from({ length: count }, () => Math.fround(low + (high - low) * random.nextUniform()));
}

/** Class numbers below `classes`. */
export function randomLabels(count: number, classes: number, seed: number): Int32Array {
  const random = new RandomSequence(seed, RandomStream.check);
  return Int32Array.from({ length: count }, () => random.nextBelow(classes));
}
