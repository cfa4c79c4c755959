/** Bars in groups, on a logarithmic axis, as SVG: on a light card of its own, so that it reads on pages of any colour. */

export interface Series {
  readonly name: string;
  /** A value a group; undefined where there is none. */
  readonly values: readonly (number | undefined)[];
}

export interface BarChart {
  readonly title: string;
  /** What the picture tells, for those who cannot see it. */
  readonly description: string;
  readonly groups: readonly string[];
  readonly groupAxis: string;
  readonly valueAxis: string;
  readonly series: readonly Series[];
}

/** Told apart also by those who see fewer colours. Source: Okabe and Ito, "Color Universal Design", 2008. */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9'];

const WIDTH = 880;
const HEIGHT = 460;
const PLOT = { left: 92, right: 24, top: 92, bottom: 66 };
const GAP = 26;

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Powers of ten around all values: the lowest is below the smallest value, so that its bar can be seen. */
export function decades(values: readonly number[]): number[] {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return [0, 1];
  const lowest = Math.ceil(Math.log10(Math.min(...positive))) - 1;
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(...positive))));
  return Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index);
}

/** A value above its bar, in few characters: `93k`, `8.5k`, `620`, `0.2`. */
export function shortNumber(value: number): string {
  const scaled = value >= 999.5 ? value / 1000 : value;
  const digits = scaled < 9.95 ? 1 : 0;
  return `${Number(scaled.toFixed(digits))}${value >= 999.5 ? 'k' : ''}`;
}

/** The whole picture. */
export function barChart({ title, description, groups, groupAxis, valueAxis, series }: BarChart): string {
  const exponents = decades(series.flatMap(({ values }) => values.filter((value) => value !== undefined)));
  const [lowest = 0] = exponents;
  const highest = exponents.at(-1) ?? 1;
  const bottom = HEIGHT - PLOT.bottom;
  const heightOf = (value: number): number => ((Math.log10(value) - lowest) / (highest - lowest)) * (bottom - PLOT.top);
  const groupWidth = (WIDTH - PLOT.left - PLOT.right) / groups.length;
  const barWidth = (groupWidth - GAP) / Math.max(1, series.length);
  const at = (value: number): string => value.toFixed(1);
  const text = (kind: string, x: number, y: number, content: string, extra = ''): string =>
    `<text class="${kind}" x="${at(x)}" y="${at(y)}"${extra}>${escapeText(content)}</text>`;

  const lines = exponents.flatMap((exponent) => {
    const y = bottom - heightOf(10 ** exponent);
    const label = (10 ** exponent).toLocaleString('en-US', { maximumFractionDigits: 6 });
    return [
      `<path class="line" d="M${PLOT.left} ${at(y)}H${WIDTH - PLOT.right}"/>`,
      text('text', PLOT.left - 8, y + 4.5, label, ' text-anchor="end"'),
    ];
  });
  const bars = groups.flatMap((_, group) =>
    series.flatMap(({ name, values }, index) => {
      const value = values[group];
      if (value === undefined || !(value > 0)) return [];
      const x = PLOT.left + group * groupWidth + GAP / 2 + index * barWidth;
      const height = heightOf(value);
      const color = COLORS[index % COLORS.length];
      return [
        `<rect x="${at(x)}" y="${at(bottom - height)}" width="${at(barWidth - 2)}" height="${at(height)}" fill="${color}"><title>${escapeText(`${name}: ${shortNumber(value)}`)}</title></rect>`,
        text('value', x + barWidth / 2 - 1, bottom - height - 5, shortNumber(value), ' text-anchor="middle"'),
      ];
    }),
  );
  const labels = groups.map((group, index) =>
    text('text', PLOT.left + (index + 0.5) * groupWidth, bottom + 21, group, ' text-anchor="middle"'),
  );
  const legend = series.flatMap(({ name }, index) => {
    const x = PLOT.left + index * 130;
    return [
      `<rect x="${x}" y="53" width="13" height="13" fill="${COLORS[index % COLORS.length]}"/>`,
      text('text', x + 19, 64.5, name),
    ];
  });
  const middle = (PLOT.top + bottom) / 2;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="13.5" role="img" aria-labelledby="title description">`,
    `<title id="title">${escapeText(title)}</title>`,
    `<desc id="description">${escapeText(description)}</desc>`,
    '<style>',
    '.name { font-size: 16px; font-weight: 700; fill: #10243e } .text { fill: #26313f }',
    '.value { font-size: 11.5px; fill: #26313f } .line { stroke: #c9d0d9; stroke-width: 1 }',
    '.axis { stroke: #3b4654; stroke-width: 1.5 }',
    '</style>',
    `<rect width="${WIDTH}" height="${HEIGHT}" rx="12" fill="#f4f6f9"/>`,
    text('name', PLOT.left, 34, title),
    ...legend,
    ...lines,
    ...bars,
    `<path class="axis" d="M${PLOT.left} ${at(bottom)}H${WIDTH - PLOT.right}"/>`,
    ...labels,
    text('text', PLOT.left + (WIDTH - PLOT.left - PLOT.right) / 2, HEIGHT - 18, groupAxis, ' text-anchor="middle"'),
    text('text', 22, middle, valueAxis, ` text-anchor="middle" transform="rotate(-90 22 ${at(middle)})"`),
    '</svg>',
  ].join('\n')}\n`;
}
