import { axisTo, formatMark } from './axis';
import type { Curve, CurvePoint } from './curves';

/** One chart: what of a point is drawn, and what it is called. */
export interface Chart {
  readonly title: string;
  /** The vertical axis, with its unit. */
  readonly axis: string;
  readonly value: (point: CurvePoint) => number;
}

/** Error and accuracy of a run that was trained on this loss. */
export function chartsOf(loss: string): readonly Chart[] {
  return [
    { title: 'Error', axis: `error (${loss}, mean of an image)`, value: (point) => point.loss },
    { title: 'Accuracy', axis: 'accuracy (%)', value: (point) => 100 * point.accuracy },
  ];
}

/** What something is drawn in: the colour of the text, of the grid, or of a curve. */
export type Tone = 'ink' | 'grid' | Curve['name'];

type Place = readonly [x: number, y: number];

/** A piece of a drawing, in pixels from the top left. */
export type Mark =
  | {
      readonly kind: 'line';
      readonly tone: Tone;
      readonly places: readonly Place[];
      readonly width: number;
      /** Lengths of dashes and gaps; none for a line without gaps. */
      readonly dashes: readonly number[];
    }
  | { readonly kind: 'dot'; readonly tone: Tone; readonly place: Place; readonly radius: number }
  | {
      readonly kind: 'text';
      readonly text: string;
      /** On the line that the letters stand on. */
      readonly place: Place;
      readonly anchor: 'start' | 'middle' | 'end';
      readonly bold: boolean;
    };

/** The size of a chart's drawing, and of its letters. */
export const CHART_SIZE = { width: 640, height: 340, font: 13 } as const;

const PLOT = { left: 64, right: CHART_SIZE.width - 36, top: 56, bottom: CHART_SIZE.height - 52 } as const;
/** Told apart without colours, too. */
const DASHES: Readonly<Record<Curve['name'], readonly number[]>> = {
  training: [],
  evaluation: [7, 3],
  validation: [2, 3],
  test: [],
};

/** A chart of some curves against the images seen: axes with marks, a legend, lines. */
export function layOutChart(chart: Chart, curves: readonly Curve[]): Mark[] {
  const points = curves.flatMap((curve) => curve.points);
  const x = axisTo(Math.max(0, ...points.map(({ samplesSeen }) => samplesSeen)), 6);
  const largest = Math.max(0, ...points.map(chart.value).filter(Number.isFinite));
  // A share has its own end.
  const y = chart.axis.endsWith('(%)') ? axisTo(100) : axisTo(largest);
  const toX = (value: number): number => round(PLOT.left + (value / x.end) * (PLOT.right - PLOT.left));
  const toY = (value: number): number => round(PLOT.bottom - (value / y.end) * (PLOT.bottom - PLOT.top));
  const across = y.marks.flatMap((mark) => [
    line('grid', [
      [PLOT.left, toY(mark)],
      [PLOT.right, toY(mark)],
    ]),
    text(formatMark(mark), [PLOT.left - 8, toY(mark) + 4], 'end'),
  ]);
  const below = x.marks.flatMap((mark) => [
    line('ink', [
      [toX(mark), PLOT.bottom],
      [toX(mark), PLOT.bottom + 5],
    ]),
    text(formatMark(mark), [toX(mark), PLOT.bottom + 20], 'middle'),
  ]);
  const lines = curves.flatMap(({ name, points }) => {
    const drawn = points.filter((point) => Number.isFinite(chart.value(point)));
    return curve(
      name,
      drawn.map((point) => [toX(point.samplesSeen), toY(chart.value(point))]),
    );
  });
  return [
    { kind: 'text', text: chart.axis, place: [12, 20], anchor: 'start', bold: true },
    ...across,
    ...below,
    text('images seen', [(PLOT.left + PLOT.right) / 2, CHART_SIZE.height - 12], 'middle'),
    ...legend(curves),
    ...lines,
  ];
}

function line(tone: Tone, places: readonly Place[], width = 1, dashes: readonly number[] = []): Mark {
  return { kind: 'line', tone, places, width, dashes };
}

function text(words: string, place: Place, anchor: 'start' | 'middle' | 'end'): Mark {
  return { kind: 'text', text: words, place, anchor, bold: false };
}

/** A line through the places; where there are few, each is marked. */
function curve(name: Curve['name'], places: readonly Place[]): Mark[] {
  const dots =
    places.length <= 12 ? places.map((place): Mark => ({ kind: 'dot', tone: name, place, radius: 3.5 })) : [];
  return [line(name, places, 2, DASHES[name]), ...dots];
}

function legend(curves: readonly Curve[]): Mark[] {
  let left = 12;
  return curves.flatMap(({ name, title }) => {
    const from = left;
    // As wide as it is in a wide font.
    left += 46 + 7.4 * title.length;
    return [
      line(
        name,
        [
          [from, 40],
          [from + 22, 40],
        ],
        3,
        DASHES[name],
      ),
      text(title, [from + 28, 44], 'start'),
    ];
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;
