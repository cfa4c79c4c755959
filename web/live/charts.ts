import { LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { chartsOf } from '../../lib/run/chart-layout';
import { chartOptions } from '../report/chart-options';
import type { RunView } from './run-view';

use([LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer]);

/** Colours that tell runs apart where there are several: those of the page's curves, in this order. */
const PALETTE = ['training', 'evaluation', 'validation', 'test', 'wrong', 'quiet'];
const colorOf = (place: number): string => PALETTE[place % PALETTE.length] ?? '';

/** The two charts of the page. */
export class Charts {
  readonly #charts = ['error-chart', 'accuracy-chart'].map((id) => {
    const place = document.getElementById(id) as HTMLElement;
    const chart = init(place);
    new ResizeObserver(() => chart.resize()).observe(place);
    return chart;
  });

  /** Draws the curves of some runs over one another. Where there are several, the colour of each is returned. */
  draw(runs: readonly RunView[]): ReadonlyMap<string, string> {
    const style = getComputedStyle(document.documentElement);
    const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    for (const [index, chart] of this.#charts.entries())
      chart.setOption(options(runs, index, color), { notMerge: true });
    return new Map(runs.length > 1 ? runs.map(({ id }, place) => [id, color(colorOf(place))]) : []);
  }
}

type Series = Readonly<Record<string, unknown>>;

function options(runs: readonly RunView[], index: number, color: (name: string) => string): EChartsCoreOption {
  const losses = new Set(runs.map(({ config }) => config.loss));
  const charts = chartsOf(losses.size > 1 ? 'own losses' : [...losses].join());
  const parts = runs.map((run) => {
    const curves = run.curves.map((curve) => ({ ...curve, title: titleOf(run, curve.title, runs.length > 1) }));
    return chartOptions({ charts, curves }, index, color);
  });
  const [first = chartOptions({ charts, curves: [] }, index, color)] = parts;
  if (parts.length < 2) return first;
  const series = parts.flatMap((part, place) =>
    (part.series as readonly Series[]).map((one) => ({ ...one, color: color(colorOf(place)) })),
  );
  // The list of runs is the legend.
  return { ...first, legend: { show: false }, series };
}

const titleOf = ({ name }: RunView, curve: string, several: boolean): string => (several ? `${name}: ${curve}` : curve);
