import { LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { chartOptions, type ReportCurves } from './chart-options';

use([LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer]);

const text = document.getElementById('run-curves')?.textContent ?? '';
const data = JSON.parse(text) as ReportCurves;
const dark = matchMedia('(prefers-color-scheme: dark)');

for (const figure of document.querySelectorAll<HTMLElement>('figure[data-chart]')) {
  const place = document.createElement('div');
  place.className = 'live';
  figure.append(place);
  // Hides the still picture on screens; paper keeps it.
  figure.classList.add('has-live');
  const chart = init(place);
  const draw = (): void => {
    const style = getComputedStyle(document.documentElement);
    const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    chart.setOption(chartOptions(data, Number(figure.dataset.chart), color), { notMerge: true });
  };
  draw();
  dark.addEventListener('change', draw);
  new ResizeObserver(() => chart.resize()).observe(place);
}
