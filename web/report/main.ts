import { chartOptions, type ReportCurves } from './chart-options';
import { exploreLayers, type LayerStatistics } from './layer-explorer';
import { themedChart } from './themed-chart';

/** What the page holds for its script. */
function held<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? '') as T;
}

const curves = held<ReportCurves>('run-curves');

for (const figure of document.querySelectorAll<HTMLElement>('figure[data-chart]')) {
  const place = document.createElement('div');
  place.className = 'live';
  figure.append(place);
  // Hides the still picture on screens; paper keeps it.
  figure.classList.add('has-live');
  themedChart(place, (color, width) => chartOptions(curves, Number(figure.dataset.chart), color, width));
}

const explorer = document.querySelector<HTMLElement>('[data-explorer]');
if (explorer) exploreLayers(explorer, held<LayerStatistics>('run-layers'));
