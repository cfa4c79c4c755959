import type { ReshapeGeometry } from '../../ops/reshape';
import type { Kernel } from './kernel';

/** The same numbers in the same order. */
export const reshape: Kernel<ReshapeGeometry> = ({ geometry: { elements }, inputs: [x], outputs: [y], step }) => {
  y.set(x.subarray(0, step.count * elements));
};
