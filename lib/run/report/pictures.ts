import { encodePng, type Picture } from '../../formats/png';
import type { Shape } from '../../tensor/shape';

/** A picture as an address that holds it whole. */
export function toDataUri(picture: Picture): string {
  return `data:image/png;base64,${Buffer.from(encodePng(picture)).toString('base64')}`;
}

/**
 * A sample as a picture: gray for [1, height, width], colours for [3, height, width], else its channels side by side. Numbers
 * from 0 to 1 are black to white; where some lie outside, the smallest is black and the largest white.
 */
export function samplePicture(values: Float64Array, shape: Shape): Picture {
  const [low, high] = rangeOf(values);
  const toByte =
    low >= 0 && high <= 1
      ? (value: number) => Math.round(255 * value)
      : (value: number) => Math.round((255 * (value - low)) / (high - low || 1));
  return picture(values, shape, (value) => [toByte(value)]);
}

/** Pixels between the pictures of a mosaic. */
const GAP = 4;

const BLUE = [37, 99, 184];
const WHITE = [255, 255, 255];
const RED = [190, 50, 50];

/**
 * A filter as a picture. For three channels, the colours that it answers to most: gray is 0. Else blue is negative, white 0 and
 * red positive, channels side by side. The largest absolute weight has the full colour.
 */
export function filterPicture(weights: Float64Array, shape: Shape): Picture {
  const [low, high] = rangeOf(weights);
  const largest = Math.max(-low, high) || 1;
  if (shape[0] === 3) return picture(weights, shape, (weight) => [Math.round(127.5 + (127.5 * weight) / largest)]);
  return picture(weights, shape, (weight) => {
    const share = Math.abs(weight) / largest;
    return (weight < 0 ? BLUE : RED).map((full, index) =>
      Math.round((WHITE[index] as number) * (1 - share) + full * share),
    );
  });
}

function rangeOf(values: Float64Array): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** Puts channels into the pixels of one image where they are its colours, else side by side. */
function picture(values: Float64Array, shape: Shape, color: (value: number) => readonly number[]): Picture {
  const [channels = 1, height = 1, columns = 1] = shape;
  const colored = channels === 3;
  const width = colored ? columns : columns * channels;
  const depth = colored || color(0).length === 3 ? 3 : 1;
  const data = new Uint8Array(width * height * depth);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < columns; x++) {
        const bytes = color(values[(channel * height + y) * columns + x] as number);
        const pixel = colored ? y * width + x : y * width + channel * columns + x;
        data.set(bytes, pixel * depth + (colored ? channel : 0));
      }
    }
  }
  return { width, height, channels: depth, data };
}

/** Pictures of one size side by side in a square as far as it goes, white between them, each pixel enlarged. */
export function mosaic(pictures: readonly Picture[], scale: number): Picture {
  const [first] = pictures;
  if (!first) return { width: 1, height: 1, channels: 1, data: Uint8Array.of(255) };
  const columns = Math.ceil(Math.sqrt(pictures.length));
  const rows = Math.ceil(pictures.length / columns);
  const [across, down] = [first.width * scale + GAP, first.height * scale + GAP];
  const [width, height] = [columns * across - GAP, rows * down - GAP];
  const { channels } = first;
  const data = new Uint8Array(width * height * channels).fill(255);
  for (const [index, { data: pixels }] of pictures.entries()) {
    const [left, top] = [(index % columns) * across, Math.floor(index / columns) * down];
    for (let y = 0; y < first.height * scale; y++) {
      for (let x = 0; x < first.width * scale; x++) {
        const from = (Math.floor(y / scale) * first.width + Math.floor(x / scale)) * channels;
        data.set(pixels.subarray(from, from + channels), ((top + y) * width + left + x) * channels);
      }
    }
  }
  return { width, height, channels, data };
}
