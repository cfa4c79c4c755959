import { type Bands, bandOptions, type Ratios, ratioOptions } from './layer-options';
import { type ChartOptions, type ThemedChart, themedChart } from './themed-chart';

/** What the statistics of a run have told, by what they are of. */
export interface LayerStatistics {
  readonly bands: readonly (Bands & { readonly layer: string })[];
  readonly ratios: readonly (Ratios & { readonly layer: string })[];
}

/** Puts a list of layers into a place, and below it large charts of the one that is chosen. */
export function exploreLayers(place: HTMLElement, { bands, ratios }: LayerStatistics): void {
  const heading = document.createElement('h3');
  const label = document.createElement('label');
  const select = document.createElement('select');
  const charts = document.createElement('div');
  const layers = [...new Set(bands.map(({ layer }) => layer))];
  select.append(...layers.map((layer) => new Option(layer, layer)));
  heading.textContent = 'One layer, larger';
  label.append('Layer ', select);
  charts.className = 'charts';
  charts.setAttribute('aria-live', 'polite');
  place.append(heading, label, charts);

  let shown: ThemedChart[] = [];
  const add = (name: string, options: ChartOptions): void => {
    const figure = document.createElement('figure');
    const drawing = document.createElement('div');
    drawing.className = 'live';
    figure.setAttribute('aria-label', name);
    figure.append(drawing);
    charts.append(figure);
    shown.push(themedChart(drawing, options));
  };
  const show = (): void => {
    for (const chart of shown) chart.dispose();
    shown = [];
    charts.replaceChildren();
    const ofLayer = <T extends { readonly layer: string }>(list: readonly T[]): T[] =>
      list.filter(({ layer }) => layer === select.value);
    for (const series of ofLayer(bands)) add(`${series.name}, ${series.kind}`, (color) => bandOptions(series, color));
    const updates = ofLayer(ratios);
    if (updates.length > 0) add(`updates of ${select.value}`, (color) => ratioOptions(updates, color));
  };
  select.addEventListener('change', show);
  show();
}
