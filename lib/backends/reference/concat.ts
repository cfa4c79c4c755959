import type { ConcatGeometry, SliceGeometry } from '../../ops/concat';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** Each sample's numbers of a, then its numbers of b. */
export const concat: Kernel<ConcatGeometry, [a: FloatArray, b: FloatArray], [y: FloatArray]> = ({
  geometry: { first, second },
  inputs: [a, b],
  outputs: [y],
  step: { count },
}) => {
  for (let n = 0; n < count; n++) {
    const row = n * (first + second);
    y.set(a.subarray(n * first, (n + 1) * first), row);
    y.set(b.subarray(n * second, (n + 1) * second), row + first);
  }
};

/** `length` numbers of each sample, from number `begin` on. */
export const slice: Kernel<SliceGeometry, [x: FloatArray], [y: FloatArray]> = ({
  geometry: { elements, begin, length },
  inputs: [x],
  outputs: [y],
  step: { count },
}) => {
  for (let n = 0; n < count; n++) {
    const from = n * elements + begin;
    y.set(x.subarray(from, from + length), n * length);
  }
};

/** The gradient of what was taken in its place, zeros before and behind it. */
export const sliceGrad: Kernel<SliceGeometry, [gradOutput: FloatArray], [gradInput: FloatArray]> = ({
  geometry: { elements, begin, length },
  inputs: [gradOutput],
  outputs: [gradInput],
  step: { count },
}) => {
  gradInput.fill(0, 0, count * elements);
  for (let n = 0; n < count; n++) {
    gradInput.set(gradOutput.subarray(n * length, (n + 1) * length), n * elements + begin);
  }
};
