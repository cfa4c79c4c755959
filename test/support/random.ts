import { RandomSequence, RandomStream } from '../../lib/tensor/philox';

/** Standard normal numbers that float32 holds exactly, so that no comparison sees the inputs' rounding. */
export function normals(count: number, seed: number): Float64Array {
  const random = new RandomSequence(seed, RandomStream.check);
  return Float64Array.from({ length: count }, () => Math.fround(random.nextNormal()));
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
