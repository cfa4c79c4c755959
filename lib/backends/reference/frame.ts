import type { FrameGeometry } from '../../ops/frame';
import type { Kernel } from './kernel';

/** Calls `row` for each row of each small image, with where it begins there and in the large one. */
function eachRow(g: FrameGeometry, count: number, row: (inner: number, outer: number) => void): void {
  const outerWidth = g.left + g.width + g.right;
  const outerHeight = g.top + g.height + g.bottom;
  for (let map = 0; map < count * g.channels; map++) {
    for (let i = 0; i < g.height; i++) {
      row((map * g.height + i) * g.width, (map * outerHeight + g.top + i) * outerWidth + g.left);
    }
  }
}

/** The image, and zeros around it. */
export const zeroPad2d: Kernel<FrameGeometry> = ({ geometry, inputs: [x], outputs: [y], step: { count } }) => {
  y.fill(0);
  eachRow(geometry, count, (inner, outer) => y.set(x.subarray(inner, inner + geometry.width), outer));
};

/** The image without what lies around it. */
export const crop2d: Kernel<FrameGeometry> = ({ geometry, inputs: [x], outputs: [y], step: { count } }) => {
  eachRow(geometry, count, (inner, outer) => y.set(x.subarray(outer, outer + geometry.width), inner));
};
