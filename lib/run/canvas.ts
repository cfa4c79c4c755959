import type { Picture } from '../formats/png';

export type Color = readonly [red: number, green: number, blue: number];
type Place = readonly [x: number, y: number];

/** A line with round ends and corners through some places, in pixels from the top left corner. */
export interface Stroke {
  readonly color: Color;
  readonly width: number;
  /** A line through one place alone, twice, is a dot. */
  readonly lines: readonly (readonly Place[])[];
}

/** A picture to draw lines on. Its edges are smooth: a pixel takes as much of a colour as the line covers of it. */
export class Canvas {
  readonly picture: Picture;

  constructor(width: number, height: number, [red, green, blue]: Color) {
    const data = new Uint8Array(width * height * 3);
    for (let index = 0; index < data.length; index += 3) data.set([red, green, blue], index);
    this.picture = { width, height, channels: 3, data };
  }

  /** Draws lines of one colour; where they cross each other it is not put on twice. */
  draw({ color, width, lines }: Stroke): void {
    const { data, width: across, height: down } = this.picture;
    const reach = width / 2 + 1;
    const box = boxAround(lines, reach, across, down);
    const covered = new Float32Array(Math.max(0, box.right - box.left) * Math.max(0, box.bottom - box.top));
    for (const line of lines) {
      for (let index = 1; index < line.length; index++) {
        cover(covered, box, line[index - 1] as Place, line[index] as Place, width / 2);
      }
    }
    const columns = box.right - box.left;
    for (const [index, share] of covered.entries()) {
      if (share === 0) continue;
      const pixel = 3 * ((box.top + Math.floor(index / columns)) * across + box.left + (index % columns));
      for (const [channel, full] of color.entries()) {
        const before = data[pixel + channel] as number;
        data[pixel + channel] = Math.round(before + share * (full - before));
      }
    }
  }
}

/** Pixels from `left` and `top` on, up to but not `right` and `bottom`. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function boxAround(lines: readonly (readonly Place[])[], reach: number, width: number, height: number): Box {
  const [xs, ys] = [lines.flatMap((line) => line.map(([x]) => x)), lines.flatMap((line) => line.map(([, y]) => y))];
  const from = (values: readonly number[]): number => Math.max(0, Math.floor(Math.min(...values) - reach));
  const to = (values: readonly number[], end: number): number => Math.min(end, Math.ceil(Math.max(...values) + reach));
  if (xs.length === 0) return { left: 0, top: 0, right: 0, bottom: 0 };
  return { left: from(xs), top: from(ys), right: to(xs, width), bottom: to(ys, height) };
}

/** Notes what share of each pixel lies within `radius` of a piece of a line: by the distance of the pixel's middle from it. */
function cover(covered: Float32Array, box: Box, [x1, y1]: Place, [x2, y2]: Place, radius: number): void {
  const reach = radius + 1;
  const [dx, dy] = [x2 - x1, y2 - y1];
  const squared = dx * dx + dy * dy;
  const columns = box.right - box.left;
  const left = Math.max(box.left, Math.floor(Math.min(x1, x2) - reach));
  const right = Math.min(box.right, Math.ceil(Math.max(x1, x2) + reach));
  const bottom = Math.min(box.bottom, Math.ceil(Math.max(y1, y2) + reach));
  for (let y = Math.max(box.top, Math.floor(Math.min(y1, y2) - reach)); y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const [px, py] = [x + 0.5 - x1, y + 0.5 - y1];
      const along = squared === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const share = Math.min(1, Math.max(0, radius + 0.5 - distance));
      const index = (y - box.top) * columns + x - box.left;
      if (share > (covered[index] as number)) covered[index] = share;
    }
  }
}
