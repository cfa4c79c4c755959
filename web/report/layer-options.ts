import type { EChartsCoreOption } from 'echarts';
import type { Color } from './chart-options';

/** How some numbers of a network were distributed: see `BandSeries` of the library. */
export interface Bands {
  readonly name: string;
  readonly kind: string;
  /** The epoch, the smallest number, the quantiles of 5, 25, 50, 75 and 95 %, the largest. */
  readonly points: readonly (readonly number[])[];
  readonly range: readonly number[];
}

/** How much updates have changed a parameter. */
export interface Ratios {
  readonly name: string;
  readonly points: readonly (readonly number[])[];
}

const COLORS: Readonly<Record<string, string>> = {
  weights: 'training',
  gradients: 'evaluation',
  outputs: 'validation',
};
const TITLES: Readonly<Record<string, string>> = { weights: 'values', gradients: 'gradients', outputs: 'outputs' };
const RATIO_COLORS = ['test', 'training', 'evaluation', 'validation'];
/** From the lowest edge up: what lies between an edge and the next one. */
const OPACITIES = [0.14, 0.3, 0.5, 0.5, 0.3, 0.14];
const EDGES = ['smallest', '5 %', '25 %', 'median', '75 %', '95 %', 'largest'];

const short = (value: number): string => String(Number(value.toPrecision(3)));

function frame(title: string, label: string, color: Color): EChartsCoreOption {
  return {
    animation: false,
    aria: { enabled: true, label: { description: label } },
    grid: { left: 12, right: 20, top: 34, bottom: 34, containLabel: true },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: color('surface'),
      borderColor: color('grid'),
      textStyle: { color: color('text') },
    },
    xAxis: {
      ...axis(color),
      // Below the chart also where numbers are negative.
      axisLine: { onZero: false, lineStyle: { color: color('text') } },
      type: 'value',
      name: 'epoch',
      nameLocation: 'middle',
      nameGap: 26,
      minInterval: 1,
      min: 'dataMin',
      max: 'dataMax',
    },
    yAxis: {
      ...axis(color),
      type: 'value',
      name: title,
      nameGap: 14,
      nameTextStyle: { color: color('text'), align: 'left', fontWeight: 600 },
    },
  };
}

function axis(color: Color): EChartsCoreOption {
  return {
    nameTextStyle: { color: color('text') },
    axisLabel: { color: color('text'), hideOverlap: true, formatter: (value: number) => short(value) },
    axisLine: { lineStyle: { color: color('text') } },
    splitLine: { lineStyle: { color: color('grid') } },
    splitNumber: 4,
  };
}

/** A distribution over the epochs: bands between quantiles, one on the other. */
export function bandOptions({ name, kind, points, range }: Bands, color: Color): EChartsCoreOption {
  const title = kind === 'outputs' ? 'outputs' : `${name}, ${TITLES[kind]}`;
  const shared = frame(title, `${title} over the epochs: the quantiles are in the tooltip.`, color);
  const tone = color(COLORS[kind] ?? 'text');
  const [low, high] = range;
  const layers = EDGES.map((edge, place) => ({
    name: edge,
    type: 'line',
    stack: 'bands',
    stackStrategy: 'all',
    symbol: points.length === 1 ? 'circle' : 'none',
    color: tone,
    lineStyle: { width: edge === 'median' ? 2 : 0, color: tone },
    ...(place === 0 ? {} : { areaStyle: { color: tone, opacity: OPACITIES[place - 1] } }),
    // Each is drawn on top of the one below it.
    data: points.map((point) => [point[0], (point[place + 1] ?? 0) - (place === 0 ? 0 : (point[place] ?? 0))]),
  }));
  return {
    ...shared,
    tooltip: {
      ...(shared.tooltip as object),
      formatter: (entries: { dataIndex: number }[]) => {
        const point = points[entries[0]?.dataIndex ?? 0] ?? [];
        const rows = EDGES.map((edge, place) => `${edge}: ${short(point[place + 1] ?? 0)}`).reverse();
        return [`epoch ${point[0]}`, ...rows].join('<br/>');
      },
    },
    yAxis: { ...(shared.yAxis as object), ...(low !== high ? { min: low, max: high } : {}) },
    series: layers,
  };
}

/** Update ratios over the epochs, one line a parameter, by powers of ten. */
export function ratioOptions(list: readonly Ratios[], color: Color): EChartsCoreOption {
  const title = 'last update / parameter';
  const shared = frame(title, 'The norm of the last update of each epoch by that of the parameter.', color);
  return {
    ...shared,
    grid: { left: 12, right: 20, top: 34, bottom: 62, containLabel: true },
    legend: { bottom: 0, left: 0, textStyle: { color: color('text') } },
    yAxis: { ...(shared.yAxis as object), type: 'log' },
    series: list.map(({ name, points }, index) => ({
      name,
      type: 'line',
      color: color(RATIO_COLORS[index % RATIO_COLORS.length] ?? 'text'),
      symbolSize: 6,
      showSymbol: points.length <= 12,
      // A logarithm of nothing is not drawn.
      data: points.filter(([, ratio = 0]) => ratio > 0),
    })),
  };
}
