import { encodePng } from '../formats/png';
import { Canvas, type Color } from './canvas';
import { CHART_SIZE, chartsOf, layOutChart, type Mark, type Tone } from './chart-layout';
import type { Curve } from './curves';
import { letter } from './lettering';

/** Pixels of the picture for one of the layout. */
const SCALE = 2;
const PAPER: Color = [255, 255, 255];
const COLORS: Readonly<Record<Tone, Color>> = {
  ink: [28, 36, 48],
  grid: [221, 227, 234],
  training: [37, 99, 184],
  evaluation: [180, 83, 9],
  validation: [21, 128, 61],
  test: [176, 36, 107],
};

type Place = readonly [x: number, y: number];

/** The curves of a run as a PNG file: the picture of `curves.svg`, 1280 pixels wide, on white, the same bytes on every machine. */
export function curvesPng(loss: string, curves: readonly Curve[]): Uint8Array {
  const charts = chartsOf(loss);
  const { width, height } = CHART_SIZE;
  const canvas = new Canvas(SCALE * width, SCALE * height * charts.length, PAPER);
  for (const [index, chart] of charts.entries()) {
    const toPixels = ([x, y]: Place): Place => [SCALE * x, SCALE * (y + index * height)];
    for (const mark of layOutChart(chart, curves)) draw(canvas, mark, toPixels);
  }
  return encodePng(canvas.picture);
}

function draw(canvas: Canvas, mark: Mark, toPixels: (place: Place) => Place): void {
  if (mark.kind === 'line') {
    const lines = dashed(mark.places, withRoundEnds(mark.dashes, mark.width)).map((line) => line.map(toPixels));
    canvas.draw({ color: COLORS[mark.tone], width: SCALE * mark.width, lines });
  } else if (mark.kind === 'dot') {
    const place = toPixels(mark.place);
    canvas.draw({ color: COLORS[mark.tone], width: 2 * SCALE * mark.radius, lines: [[place, place]] });
  } else {
    const { width, lines } = letter(mark.text, CHART_SIZE.font);
    const before = { start: 0, middle: width / 2, end: width }[mark.anchor];
    const [left, base] = mark.place;
    const placed = lines.map((line) => line.map(([x, y]) => toPixels([left - before + x, base + y])));
    canvas.draw({ color: COLORS.ink, width: SCALE * (mark.bold ? 1.7 : 1.15), lines: placed });
  }
}

/** Dashes are as long with their round ends as they would be without: a dash of the line's width is a dot. */
function withRoundEnds(dashes: readonly number[], width: number): readonly number[] {
  return dashes.map((length, index) => (index % 2 === 0 ? Math.max(0.01, length - width) : length + width));
}

/** Cuts a line into its dashes. */
function dashed(places: readonly Place[], dashes: readonly number[]): readonly (readonly Place[])[] {
  if (dashes.length === 0) return [places];
  const pieces: Place[][] = [];
  let [part, left] = [0, dashes[0] as number];
  let piece: Place[] | undefined;
  for (let index = 1; index < places.length; index++) {
    const [[x1, y1], [x2, y2]] = [places[index - 1] as Place, places[index] as Place];
    const length = Math.hypot(x2 - x1, y2 - y1);
    const at = (way: number): Place => [x1 + ((x2 - x1) * way) / length, y1 + ((y2 - y1) * way) / length];
    for (let way = 0; way < length; ) {
      const next = Math.min(length, way + left);
      if (part % 2 === 0) {
        if (!piece) {
          piece = [at(way)];
          pieces.push(piece);
        }
        piece.push(at(next));
      }
      left -= next - way;
      way = next;
      // What rounding has left over is not worth a piece, and might be too short to be added.
      if (left > 1e-6) continue;
      part = (part + 1) % dashes.length;
      left = dashes[part] as number;
      piece = undefined;
    }
  }
  return pieces;
}
