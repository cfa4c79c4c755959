/** A gray picture, row by row from the top left; 0 is empty. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Of MNIST's digits: the side of the box that they fill, and that of their images. */
const BOX = 20;
export const DIGIT_SIDE = 28;

interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest rectangle that holds all ink; undefined where there is none. */
function boundsOf({ width, pixels }: Drawing): Bounds | undefined {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, -1];
  for (const [place, ink] of pixels.entries()) {
    if (ink === 0) continue;
    const [x, y] = [place % width, Math.floor(place / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** How much of the pixel `at` of a row lies in each pixel of another row that is `scale` times as long, from `start` on. */
function spread(at: number, scale: number, start: number, length: number): readonly (readonly [number, number])[] {
  const [from, to] = [start + at * scale, start + (at + 1) * scale];
  const shares: [number, number][] = [];
  for (let place = Math.max(0, Math.floor(from)); place < Math.min(length, Math.ceil(to)); place++) {
    shares.push([place, Math.min(to, place + 1) - Math.max(from, place)]);
  }
  return shares;
}

/** Lays a part of a drawing over a digit's image, scaled, its top left corner at a place: each pixel is the mean ink over it. */
function place(drawing: Drawing, part: Bounds, scale: number, left: number, top: number): Float64Array {
  const image = new Float64Array(DIGIT_SIDE * DIGIT_SIDE);
  for (let y = 0; y < part.height; y++) {
    const rows = spread(y, scale, top, DIGIT_SIDE);
    for (let x = 0; x < part.width; x++) {
      const ink = drawing.pixels[(part.top + y) * drawing.width + part.left + x] as number;
      if (ink === 0) continue;
      for (const [column, across] of spread(x, scale, left, DIGIT_SIDE)) {
        for (const [row, down] of rows) {
          const pixel = row * DIGIT_SIDE + column;
          image[pixel] = (image[pixel] as number) + ink * across * down;
        }
      }
    }
  }
  return image;
}

/** The centre of mass of a part's ink, from its top left corner. */
function centreOf({ width, pixels }: Drawing, part: Bounds): readonly [number, number] {
  let [sum, across, down] = [0, 0, 0];
  for (let y = 0; y < part.height; y++) {
    for (let x = 0; x < part.width; x++) {
      const ink = pixels[(part.top + y) * width + part.left + x] as number;
      sum += ink;
      across += ink * (x + 0.5);
      down += ink * (y + 0.5);
    }
  }
  return [across / sum, down / sum];
}

/**
 * A drawing as MNIST has its digits: scaled so that it fits into 20x20 pixels with its sides in proportion, in shades of gray,
 * in an image of 28x28 in whose middle lies its centre of mass. Ink that would lie outside is cut off. Without ink the image
 * is empty.
 * Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits: the preparation of the images.
 */
export function toDigitImage(drawing: Drawing): Uint8Array {
  const bounds = boundsOf(drawing);
  if (!bounds) return new Uint8Array(DIGIT_SIDE * DIGIT_SIDE);
  const scale = BOX / Math.max(bounds.width, bounds.height);
  const [x, y] = centreOf(drawing, bounds);
  const image = place(drawing, bounds, scale, DIGIT_SIDE / 2 - x * scale, DIGIT_SIDE / 2 - y * scale);
  return Uint8Array.from(image, (ink) => Math.min(255, Math.round(ink)));
}
