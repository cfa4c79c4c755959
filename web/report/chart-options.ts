import type { EChartsCoreOption } from 'echarts';

/** A colour of the page, by its name there: `text`, `grid`, `training`. */
export type Color = (name: string) => string;

/** What the page holds for its charts. */
export interface ReportCurves {
  readonly charts: readonly { readonly title: string; readonly axis: string }[];
  readonly curves: readonly {
    readonly name: string;
    readonly title: string;
    readonly points: readonly { readonly samplesSeen: number; readonly loss: number; readonly accuracy: number }[];
  }[];
}

const DASHES: Readonly<Record<string, string>> = { evaluation: 'dashed', validation: 'dotted' };
const FEW = 12;

/**
 * One of the two charts, error or accuracy against the images seen.
 * @param width of the chart, in pixels. Default: wide enough for all.
 */
export function chartOptions(
  data: ReportCurves,
  index: number,
  color: Color,
  width = Number.POSITIVE_INFINITY,
): EChartsCoreOption {
  const accuracy = index === 1;
  const { title, axis } = data.charts[index] ?? { title: '', axis: '' };
  const format = (value: unknown): string =>
    accuracy ? `${Number(value).toFixed(2)} %` : String(Number(Number(value).toPrecision(4)));
  const scale = {
    nameTextStyle: { color: color('text') },
    axisLabel: { color: color('text'), hideOverlap: true },
    axisLine: { lineStyle: { color: color('text') } },
    splitLine: { lineStyle: { color: color('grid') } },
  };
  return {
    animation: false,
    aria: { enabled: true, label: { description: `${title} against images seen. The table below has the numbers.` } },
    // Where it is narrow the legend has a line more.
    grid: { left: 12, right: 24, top: width < 560 ? 96 : 76, bottom: 36, containLabel: true },
    legend: { top: 4, left: 0, type: 'plain', itemGap: 20, textStyle: { color: color('text') } },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: color('surface'),
      borderColor: color('grid'),
      textStyle: { color: color('text') },
      valueFormatter: format,
    },
    xAxis: { ...scale, type: 'value', name: 'images seen', nameLocation: 'middle', nameGap: 30, splitNumber: 4 },
    yAxis: {
      ...scale,
      type: 'value',
      name: axis,
      nameLocation: 'end',
      nameGap: 16,
      nameTextStyle: { color: color('text'), align: 'left', fontWeight: 600 },
      ...(accuracy ? { min: 0, max: 100 } : {}),
    },
    series: data.curves.map(({ name, title: curve, points }) => ({
      name: curve,
      type: 'line',
      color: color(name),
      lineStyle: { width: 2, type: DASHES[name] ?? 'solid' },
      symbol: name === 'test' ? 'diamond' : 'circle',
      symbolSize: name === 'test' ? 11 : 6,
      showSymbol: points.length <= FEW,
      data: points.map((point) => [point.samplesSeen, accuracy ? 100 * point.accuracy : point.loss]),
    })),
  };
}
