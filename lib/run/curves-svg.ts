import { axisTo, formatMark } from './axis';
import type { Curve, CurvePoint } from './curves';
import { Markup, markup } from './markup';

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

const WIDTH = 640;
const HEIGHT = 340;
const PLOT = { left: 64, right: WIDTH - 36, top: 56, bottom: HEIGHT - 52 } as const;
/** Told apart without colours, too. */
const DASHES: Readonly<Record<Curve['name'], string>> = {
  training: 'none',
  evaluation: '7 3',
  validation: '2 3',
  test: 'none',
};

/** Colours of the standalone file, by classes: not every program that shows SVG knows variables. A page brings its own. */
const STYLE = `
svg { color: #1c2430; background: #fff; }
.grid { color: #dde3ea; } .training { color: #2563b8; } .evaluation { color: #b45309; } .validation { color: #15803d; } .test { color: #b0246b; }
@media (prefers-color-scheme: dark) {
svg { color: #e4e9f0; background: #14181f; }
.grid { color: #343c48; } .training { color: #7fb2f5; } .evaluation { color: #f0a858; } .validation { color: #6fcf8f; } .test { color: #f28bb5; } }`;

/** The curves of a run as an SVG file: error above accuracy, both against the images seen. */
export function curvesSvg(name: string, loss: string, curves: readonly Curve[]): string {
  const charts = chartsOf(loss);
  const panels = charts.map(
    (chart, index) => markup`<g transform="translate(0 ${index * HEIGHT})">${panel(chart, curves)}</g>`,
  );
  const height = charts.length * HEIGHT;
  return `${
    markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="13"><title>${name}: error and accuracy against images seen</title><style>${new Markup(STYLE)}</style>${panels}</svg>`
      .text
  }\n`;
}

/** One chart as an SVG element inside a page, in the page's colours. */
export function chartSvg(chart: Chart, curves: readonly Curve[]): Markup {
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-size="13"><title>${chart.title} against images seen</title>${panel(chart, curves)}</svg>`;
}

function panel(chart: Chart, curves: readonly Curve[]): Markup {
  const points = curves.flatMap((curve) => curve.points);
  const x = axisTo(Math.max(0, ...points.map(({ samplesSeen }) => samplesSeen)), 6);
  const largest = Math.max(0, ...points.map(chart.value).filter(Number.isFinite));
  // A share has its own end.
  const y = chart.axis.endsWith('(%)') ? axisTo(100) : axisTo(largest);
  const toX = (value: number): number => round(PLOT.left + (value / x.end) * (PLOT.right - PLOT.left));
  const toY = (value: number): number => round(PLOT.bottom - (value / y.end) * (PLOT.bottom - PLOT.top));
  const across = y.marks.map(
    (mark) =>
      markup`<path d="M${PLOT.left} ${toY(mark)}H${PLOT.right}" class="grid" stroke="currentColor"/><text x="${PLOT.left - 8}" y="${toY(mark) + 4}" text-anchor="end">${formatMark(mark)}</text>`,
  );
  const below = x.marks.map(
    (mark) =>
      markup`<path d="M${toX(mark)} ${PLOT.bottom}v5" stroke="currentColor"/><text x="${toX(mark)}" y="${PLOT.bottom + 20}" text-anchor="middle">${formatMark(mark)}</text>`,
  );
  return markup`<g fill="currentColor"><text x="12" y="20" font-weight="600">${chart.axis}</text>${across}${below}<text x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">images seen</text></g>${legend(curves)}${curves.map((curve) => line(curve, chart, toX, toY))}`;
}

type Scale = (value: number) => number;

/** A line through the points; where there are few, each is marked. */
function line({ name, points }: Curve, { value }: Chart, toX: Scale, toY: Scale): Markup {
  const drawn = points.filter((point) => Number.isFinite(value(point)));
  const places = drawn.map((point) => [toX(point.samplesSeen), toY(value(point))] as const);
  const marks = places.length <= 12 ? places.map(([cx, cy]) => markup`<circle cx="${cx}" cy="${cy}" r="3.5"/>`) : [];
  const path = places.map(([left, top], index) => `${index === 0 ? 'M' : 'L'}${left} ${top}`).join('');
  return markup`<g class="${name}" fill="currentColor"><path d="${path}" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="${DASHES[name]}" stroke-linejoin="round"/>${marks}</g>`;
}

function legend(curves: readonly Curve[]): readonly Markup[] {
  let left = PLOT.left;
  return curves.map(({ name, title }) => {
    const entry = markup`<path d="M${left} 40h22" class="${name}" stroke="currentColor" stroke-width="3" stroke-dasharray="${DASHES[name]}"/><text x="${left + 28}" y="44" fill="currentColor">${title}</text>`;
    left += 52 + 6.8 * title.length;
    return entry;
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;
