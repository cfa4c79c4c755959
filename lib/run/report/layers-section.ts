import { type Markup, markup } from '../markup';
import type { BandPoint, BandSeries, RatioSeries, StatisticsSeries } from '../statistics-series';
import { section } from './sections';

const WIDTH = 160;
const HEIGHT = 72;
const EDGE = 2;

const KINDS = [
  ['weights', 'Weights', 'After each epoch.'],
  ['gradients', 'Gradients', 'Of the mean loss of the same few training images, after each epoch.'],
  ['outputs', 'Outputs of the layers', 'For the same few training images, after each epoch, as in training.'],
] as const;

/**
 * How weights, gradients, outputs and updates have changed: a small picture for each, and a place where the script shows those
 * of one layer larger.
 * @param main the names of the parameters that are pictured; the others are shown with their layer
 */
export function layersSection({ bands, ratios }: StatisticsSeries, main: ReadonlySet<string>): Markup {
  const groups = KINDS.map(([kind, title, note]) => {
    const shown = bands.filter((series) => series.kind === kind && (kind === 'outputs' || main.has(series.name)));
    return group(title, note, kind, shown.map(bandFigure));
  });
  const updates = ratios.filter(({ name }) => main.has(name));
  const epochs = bands[0]?.points.map(([epoch]) => epoch) ?? [];
  const span = epochs.length > 1 ? `epochs ${epochs[0]} to ${epochs.at(-1)} from left to right` : `epoch ${epochs[0]}`;
  return section(
    'layers',
    'Inside the layers',
    markup`<p>Each picture shows ${span}: a line for the median, the dark band for half of the numbers, the lighter one for nine tenths, the lightest for all, as far as there is room. Each has a scale of its own, told below it.</p>${groups}${group(
      'Updates',
      'The norm of what the last update of each epoch changed, by the norm of the weights; upwards by powers of ten.',
      'updates',
      updates.map(ratioFigure),
    )}<div class="explorer" data-explorer=""></div>`,
  );
}

function group(title: string, note: string, kind: string, figures: readonly Markup[]): Markup {
  if (figures.length === 0) return markup``;
  return markup`<h3>${title}</h3><p class="quiet">${note}</p><ul class="minis ${kind}">${figures}</ul>`;
}

function bandFigure({ name, points, range: [low, high] }: BandSeries): Markup {
  const last = points.at(-1) as BandPoint;
  const [x, y] = scales(points, low, high);
  const edge = (place: number): string[] => points.map((point) => `${x(point[0])} ${y(point[place] as number)}`);
  const area = (bottom: number, top: number): Markup =>
    markup`<path d="M${wide([...edge(bottom), ...edge(top).reverse()], 2)}Z"/>`;
  const zero = low < 0 && high > 0 ? markup`<path class="zero" d="M0 ${y(0)}H${WIDTH}"/>` : markup``;
  const words = `${name}: at the end from ${short(last[1] as number)} to ${short(last[7] as number)}, median ${short(last[4] as number)}, nine tenths from ${short(last[2] as number)} to ${short(last[6] as number)}`;
  return mini(
    name,
    words,
    `${short(low)} to ${short(high)}`,
    markup`<g class="bands">${area(1, 7)}${area(2, 6)}${area(3, 5)}</g>${zero}<path class="line" d="M${wide(edge(4), 1)}"/>`,
  );
}

function ratioFigure({ name, points }: RatioSeries): Markup {
  const logarithms = points
    .filter(([, ratio]) => ratio > 0)
    .map(([epoch, ratio]) => [epoch, Math.log10(ratio)] as const);
  const [low, high] = [
    Math.floor(Math.min(...logarithms.map(([, value]) => value))),
    Math.ceil(Math.max(...logarithms.map(([, value]) => value))),
  ];
  const end = points.at(-1)?.[1] as number;
  const [x, y] = scales(logarithms, low, Math.max(high, low + 1));
  const places = logarithms.map(([epoch, value]) => `${x(epoch)} ${y(value)}`);
  const line = places.length > 0 ? markup`<path class="line" d="M${wide(places, 1)}"/>` : markup``;
  const scale = places.length > 0 ? `${short(10 ** low)} to ${short(10 ** Math.max(high, low + 1))}` : 'no change';
  return mini(name, `${name}: at the end ${short(end)}`, scale, line);
}

function mini(name: string, words: string, scale: string, drawing: Markup): Markup {
  return markup`<li><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${words}</title>${drawing}</svg><span>${name}</span><span class="quiet">${scale}</span></li>`;
}

type Scale = (value: number) => number;

/** Epochs from the left to the right edge, values from the bottom up; what lies beyond the range is put at its edge. */
function scales(
  points: readonly (readonly [number, ...number[]])[],
  low: number,
  high: number,
): readonly [Scale, Scale] {
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  const x = (epoch: number): number => round((WIDTH * (epoch - first)) / (last - first || 1));
  const y = (value: number): number => {
    const share = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
    return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE));
  };
  return [x, y];
}

/** Places as a path. A single epoch is drawn over the whole width: its places, `sides` of them, are there on the right, too. */
function wide(places: readonly string[], sides: 1 | 2): string {
  if (places.length > sides) return places.join('L');
  const right = places.map((place) => `${WIDTH} ${place.split(' ')[1]}`);
  return (sides === 1 ? [...places, ...right] : [places[0], ...right, places[1]]).join('L');
}

const short = (value: number): string => String(Number(value.toPrecision(2))).replace('-', '\u2212');
const round = (value: number): number => Math.round(value * 10) / 10;
