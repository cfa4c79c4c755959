import { LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer]);

/** A colour of the page, by its name there: `text`, `grid`, `training`. */
export type Color = (name: string) => string;

/** A chart on the page. */
export interface ThemedChart {
  /** Draws it again, with other data. */
  draw(): void;
  dispose(): void;
}

/**
 * A chart in the page's colours, as wide as its place; drawn again when the page becomes dark or light.
 * @param options asked each time
 */
export function themedChart(place: HTMLElement, options: (color: Color) => EChartsCoreOption): ThemedChart {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const chart = init(place);
  const draw = (): void => {
    const style = getComputedStyle(document.documentElement);
    chart.setOption(
      options((name) => style.getPropertyValue(`--${name}`).trim()),
      { notMerge: true },
    );
  };
  const observer = new ResizeObserver(() => chart.resize());
  draw();
  dark.addEventListener('change', draw);
  observer.observe(place);
  return {
    draw,
    dispose() {
      dark.removeEventListener('change', draw);
      observer.disconnect();
      chart.dispose();
    },
  };
}
