import fc from 'fast-check';
import { DIGIT_SIDE, toDigitImage } from '../../lib/live/drawn-digit';

/** A drawing with rectangles of ink: left, top, width, height. */
function drawing(width: number, height: number, ...parts: readonly (readonly [number, number, number, number])[]) {
  const pixels = new Uint8Array(width * height);
  for (const [left, top, across, down] of parts) {
    for (let y = top; y < top + down; y++) pixels.fill(255, y * width + left, y * width + left + across);
  }
  return { width, height, pixels };
}

/** The middle, but for what shades that are rounded to bytes move a centre of mass: 10^-0.7 / 2, a tenth of a pixel. */
const centred = expect.closeTo(DIGIT_SIDE / 2, 0.7);

/** The rows and columns that hold ink, and the centre of mass. */
function measure(image: Uint8Array) {
  let [left, top, right, bottom, sum, across, down] = [DIGIT_SIDE, DIGIT_SIDE, -1, -1, 0, 0, 0];
  for (const [place, ink] of image.entries()) {
    if (ink === 0) continue;
    const [x, y] = [place % DIGIT_SIDE, Math.floor(place / DIGIT_SIDE)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    [sum, across, down] = [sum + ink, across + ink * (x + 0.5), down + ink * (y + 0.5)];
  }
  return { width: right - left + 1, height: bottom - top + 1, left, top, x: across / sum, y: down / sum };
}

test('a square fills the box of 20x20 in the middle', () => {
  const image = toDigitImage(drawing(140, 140, [10, 20, 60, 60]));
  expect(measure(image)).toEqual({ width: 20, height: 20, left: 4, top: 4, x: 14, y: 14 });
  expect([...image].filter((ink) => ink === 255)).toHaveLength(400);
});

test('sides stay in proportion, and edges between pixels are gray', () => {
  const image = toDigitImage(drawing(140, 140, [70, 0, 7, 140]));
  expect(measure(image)).toMatchObject({ width: 2, height: 20, x: centred, y: centred });
  // One pixel wide, half in either column.
  expect(image.slice(14 * DIGIT_SIDE + 12, 14 * DIGIT_SIDE + 16)).toEqual(Uint8Array.of(0, 128, 128, 0));
});

test('the centre of mass is in the middle, not that of the box', () => {
  // A heavy foot: as an L.
  const found = measure(toDigitImage(drawing(140, 140, [20, 20, 10, 100], [20, 110, 60, 30])));
  expect(found).toMatchObject({ x: centred, y: centred });
  expect(found.top).toBeLessThan(4);
});

test('a drawing of nothing is an empty image', () => {
  expect(toDigitImage(drawing(140, 140))).toEqual(new Uint8Array(DIGIT_SIDE * DIGIT_SIDE));
});

test('where it was drawn, and how large, makes no difference', () => {
  const image = toDigitImage(drawing(140, 140, [0, 0, 20, 40], [20, 20, 20, 20]));
  expect(toDigitImage(drawing(140, 140, [90, 77, 20, 40], [110, 97, 20, 20]))).toEqual(image);
  expect(toDigitImage(drawing(140, 140, [5, 7, 60, 120], [65, 67, 60, 60]))).toEqual(image);
});

test('any drawing becomes an image with ink, a dot as well', () => {
  const drawings = fc.uint8Array({ minLength: 400, maxLength: 400 }).filter((pixels) => Math.max(...pixels) > 1);
  fc.assert(
    fc.property(drawings, (pixels) => {
      const image = toDigitImage({ width: 20, height: 20, pixels });
      expect(image).toHaveLength(DIGIT_SIDE * DIGIT_SIDE);
      expect(Math.max(...image)).toBeGreaterThan(0);
    }),
  );
  expect(measure(toDigitImage(drawing(140, 140, [139, 139, 1, 1])))).toMatchObject({ width: 20, height: 20 });
});
