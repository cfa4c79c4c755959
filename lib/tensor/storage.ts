/** Floating-point precisions a program can run in. The native backend is float32. */
export type Precision = 'float32' | 'float64';

/** Numbers of either precision, over memory of the library's own or the caller's. */
export type FloatArray = Float32Array | Float64Array;

/** The unit to which tensors inside one flat buffer are rounded: 64 bytes of float32, one cache line and one AVX-512 vector. */
const ALIGNED_ELEMENTS = 16;

/** Zeroed numbers in shared memory of fixed size, usable by native threads and by workers without a copy. */
export function allocateFloats(precision: Precision, length: number): FloatArray {
  return precision === 'float32'
    ? new Float32Array(new SharedArrayBuffer(length * 4))
    : new Float64Array(new SharedArrayBuffer(length * 8));
}

/** Rounds a count of elements up, so that the next tensor in a flat buffer starts a whole number of cache lines later. */
export function alignElements(count: number): number {
  return Math.ceil(count / ALIGNED_ELEMENTS) * ALIGNED_ELEMENTS;
}
