import type { Picture } from '../formats/png';
import { mosaic } from '../run/report/pictures';
import { type Shape, sizeOf } from '../tensor/shape';

/** The most maps of a layer that are shown. */
export const MOST_MAPS = 64;

/** Pixels of a map's side, about, and the most that one of its numbers has. */
const SIDE = 56;
const LARGEST_CELL = 12;

const BLUE = [37, 99, 184] as const;
const RED = [190, 50, 50] as const;
const WHITE = 255;

/**
 * What a layer puts out for one sample as a picture: for [channels, height, width] its maps side by side in a square, for a row
 * of numbers a cell each. Blue is negative, white 0, red positive; the layer's largest absolute number has the full colour.
 */
export function layerPicture(values: ArrayLike<number>, shape: Shape): Picture {
  const [height = 1, width = 1] = shape.length === 3 ? shape.slice(1) : [];
  const size = height * width;
  const count = Math.min(MOST_MAPS, sizeOf(shape) / size);
  const largest = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const maps = Array.from({ length: count }, (_, map): Picture => {
    const data = new Uint8Array(3 * size);
    for (let pixel = 0; pixel < size; pixel++)
      data.set(colorOf((values[map * size + pixel] as number) / largest), 3 * pixel);
    return { width, height, channels: 3, data };
  });
  return mosaic(maps, Math.max(1, Math.min(LARGEST_CELL, Math.floor(SIDE / Math.max(height, width)))));
}

/** @param share from -1 to 1 */
function colorOf(share: number): number[] {
  return (share < 0 ? BLUE : RED).map((full) => Math.round(WHITE + (full - WHITE) * Math.abs(share)));
}
