import { LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Color } from './chart-options';

use([LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer]);

/** What a chart shows, in the page's colours, for a width in pixels. */
export type ChartOptions = (color: Color, width: number) => EChartsCoreOption;

/** A chart on the page. */
export interface ThemedChart {
  /** Draws it again, with other data. */
  draw(): void;
  dispose(): void;
}

/**
 * A chart in the page's colours and letters, as wide as its place; drawn again when that changes, and when the page becomes dark
 * or light.
 * @param options asked each time
 */
export function themedChart(place: HTMLElement, options: ChartOptions): ThemedChart {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const chart = init(place);
  const draw = (): void => {
    const style = getComputedStyle(document.documentElement);
    const color: Color = (name) => style.getPropertyValue(`--${name}`).trim();
    // Texts are measured in this font, of which "inherit" would not say which it is.
    const textStyle = { fontFamily: getComputedStyle(place).fontFamily };
    chart.setOption({ ...options(color, place.clientWidth), textStyle }, { notMerge: true });
  };
  const observer = new ResizeObserver(() => {
    chart.resize();
    draw();
  });
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
