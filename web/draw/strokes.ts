/** A place in a square of side 1, from the top left. */
export type Place = readonly [x: number, y: number];

/** The pen's way from where it is put down to where it is lifted. */
export type Stroke = readonly Place[];

const TURN = 2 * Math.PI;

/** A part of an ellipse; angles in turns, 0 at the right, 0.25 at the bottom. */
function arc([x, y]: Place, [a, b]: Place, from: number, to: number): Place[] {
  const steps = 24;
  return Array.from({ length: steps + 1 }, (_, step): Place => {
    const angle = (from + ((to - from) * step) / steps) * TURN;
    return [x + a * Math.cos(angle), y + b * Math.sin(angle)];
  });
}

/** How each digit may be written. */
export const DIGIT_STROKES: readonly (readonly Stroke[])[] = [
  [arc([0.5, 0.5], [0.21, 0.33], -0.25, 0.75)],
  [
    [
      [0.55, 0.16],
      [0.46, 0.84],
    ],
  ],
  [[...arc([0.49, 0.35], [0.2, 0.19], -0.45, 0.1), [0.28, 0.82], [0.74, 0.8]]],
  [[...arc([0.46, 0.33], [0.18, 0.17], -0.42, 0.22), ...arc([0.46, 0.66], [0.21, 0.17], -0.22, 0.4)]],
  [
    [
      [0.34, 0.18],
      [0.28, 0.52],
      [0.7, 0.52],
    ],
    [
      [0.66, 0.2],
      [0.6, 0.84],
    ],
  ],
  [[[0.7, 0.17], [0.38, 0.17], [0.35, 0.46], ...arc([0.46, 0.62], [0.21, 0.2], -0.28, 0.4)]],
  [[[0.6, 0.14], [0.42, 0.36], ...arc([0.49, 0.66], [0.17, 0.17], -0.5, 0.5), [0.33, 0.58]]],
  [
    [
      [0.27, 0.2],
      [0.72, 0.2],
      [0.46, 0.84],
    ],
  ],
  [[...arc([0.5, 0.33], [0.15, 0.16], 0.25, -0.75), ...arc([0.5, 0.67], [0.18, 0.18], -0.25, 0.75)]],
  [[...arc([0.5, 0.35], [0.17, 0.17], 0, -1), [0.66, 0.42], [0.58, 0.85]]],
];
