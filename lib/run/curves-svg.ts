import { CHART_SIZE, type Chart, chartsOf, layOutChart, type Mark } from './chart-layout';
import type { Curve } from './curves';
import { Markup, markup } from './markup';

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
  const { width, height, font } = CHART_SIZE;
  const panels = charts.map(
    (chart, index) => markup`<g transform="translate(0 ${index * height})">${toSvg(layOutChart(chart, curves))}</g>`,
  );
  const whole = charts.length * height;
  return `${
    markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" width="${width}" height="${whole}" role="img" font-family="system-ui, sans-serif" font-size="${font}"><title>${name}: error and accuracy against images seen</title><style>${new Markup(STYLE)}</style>${panels}</svg>`
      .text
  }\n`;
}

/** One chart as an SVG element inside a page, in the page's colours. */
export function chartSvg(chart: Chart, curves: readonly Curve[]): Markup {
  const { width, height, font } = CHART_SIZE;
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" font-size="${font}"><title>${chart.title} against images seen</title>${toSvg(layOutChart(chart, curves))}</svg>`;
}

function toSvg(marks: readonly Mark[]): Markup {
  return markup`<g fill="currentColor">${marks.map(element)}</g>`;
}

function element(mark: Mark): Markup {
  switch (mark.kind) {
    case 'line': {
      const path = mark.places.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
      const dashes = mark.dashes.length > 0 ? markup` stroke-dasharray="${mark.dashes.join(' ')}"` : markup``;
      return markup`<path d="${path}" class="${mark.tone}" fill="none" stroke="currentColor" stroke-width="${mark.width}" stroke-linejoin="round"${dashes}/>`;
    }
    case 'dot': {
      const [cx, cy] = mark.place;
      return markup`<circle cx="${cx}" cy="${cy}" r="${mark.radius}" class="${mark.tone}" fill="currentColor"/>`;
    }
    case 'text': {
      const [x, y] = mark.place;
      const weight = mark.bold ? markup` font-weight="600"` : markup``;
      return markup`<text x="${x}" y="${y}" text-anchor="${mark.anchor}"${weight}>${mark.text}</text>`;
    }
  }
}
