import sharp from 'sharp';
import type { Curve } from '../../lib/run/curves';
import { curvesPng } from '../../lib/run/curves-png';

const curve = (name: Curve['name'], losses: readonly number[]): Curve => ({
  name,
  title: name,
  points: losses.map((loss, index) => ({ samplesSeen: 1000 * (index + 1), loss, accuracy: 1 - loss / 4 })),
});

/** A picture read by another decoder. */
async function pixelsOf(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): number[] => [
    ...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3),
  ];
  /** How many pixels of a region have a colour to the full. */
  const count = (
    color: readonly number[],
    [left, top, right, bottom]: readonly [number, number, number, number],
  ): number => {
    let found = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) if (at(x, y).every((value, channel) => value === color[channel])) found += 1;
    }
    return found;
  };
  return { width: info.width, height: info.height, at, count };
}

const TRAINING = [37, 99, 184];
const VALIDATION = [21, 128, 61];
const INK = [28, 36, 48];

test('lines go where the numbers say, on white', async () => {
  // Axes end at 4,000 images, an error of 2 and 100 %. A unit of the layout is two pixels.
  const picture = await pixelsOf(curvesPng('sse', [curve('training', [2, 1, 1, 1])]));
  expect([picture.width, picture.height]).toEqual([1280, 1360]);
  expect(picture.at(1279, 1359)).toEqual([255, 255, 255]);
  const [left, right, top, bottom] = [2 * 64, 2 * 604, 2 * 56, 2 * 288];
  const x = (images: number): number => Math.round(left + (images / 4000) * (right - left));
  const errorAt = (error: number): number => Math.round(bottom - (error / 2) * (bottom - top));
  expect(picture.at(x(1000), errorAt(2))).toEqual(TRAINING);
  expect(picture.at(x(1500), errorAt(1.5))).toEqual(TRAINING);
  expect(picture.at(x(3500), errorAt(1))).toEqual(TRAINING);
  expect(picture.at(x(2500), errorAt(1.5))).not.toEqual(TRAINING);
  const shareAt = (share: number): number => 680 + Math.round(bottom - share * (bottom - top));
  expect(picture.at(x(1000), shareAt(0.5))).toEqual(TRAINING);
  expect(picture.at(x(3500), shareAt(0.75))).toEqual(TRAINING);
});

test('there are letters wherever the SVG file has some', async () => {
  const picture = await pixelsOf(curvesPng('crossEntropy', [curve('training', [1]), curve('validation', [2])]));
  for (const top of [0, 680]) {
    // The axis, the legend, marks beside and below, "images seen".
    for (const [x1, y1, x2, y2] of [
      [24, 14, 400, 50],
      [80, 70, 400, 96],
      [40, 104, 116, 590],
      [128, 590, 1260, 624],
      [560, 630, 780, 664],
    ] as const) {
      expect(picture.count(INK, [x1, y1 + top, x2, y2 + top])).toBeGreaterThan(20);
    }
  }
});

test('dashes have gaps, whatever the length of the pieces that a line is made of', async () => {
  const many = curve('validation', new Array(400).fill(1));
  const picture = await pixelsOf(curvesPng('sse', [many]));
  const row = Array.from({ length: 1000 }, (_, index) => picture.at(160 + index, 2 * 56));
  const filled = row.filter((pixel) => pixel.every((value, channel) => value === VALIDATION[channel])).length;
  expect(filled).toBeGreaterThan(150);
  expect(filled).toBeLessThan(700);
});

test('numbers that are not finite, no curves, and characters without a glyph make a picture, too', async () => {
  for (const curves of [[], [curve('training', [Number.NaN, 1, Number.POSITIVE_INFINITY])]]) {
    expect((await pixelsOf(curvesPng('é 漢 \u{1f600}', curves))).width).toBe(1280);
  }
});

test('the same curves are the same bytes', () => {
  const curves = [curve('training', [2, 1]), curve('evaluation', [1, 3])];
  expect(Buffer.from(curvesPng('sse', curves)).equals(Buffer.from(curvesPng('sse', curves)))).toBe(true);
});
