import type { ValueDistribution } from '../model/distribution';
import type { TrainingEvent } from '../model/events';
import { thinned } from './curves';

/** After an epoch: the smallest number, the quantiles of 5, 25, 50, 75 and 95 %, the largest. */
export type BandPoint = readonly [epoch: number, ...values: number[]];

/** How some numbers of a network were distributed, epoch by epoch. */
export interface BandSeries {
  /** `conv2d_1.weight`, or the layer whose output it is. */
  readonly name: string;
  readonly layer: string;
  readonly kind: 'weights' | 'gradients' | 'outputs';
  readonly points: readonly BandPoint[];
  /** The part of the axis that is worth looking at: what a few numbers far away reach is not. */
  readonly range: readonly [low: number, high: number];
}

/** The norm of a parameter's last change in an epoch by its own, epoch by epoch. */
export interface RatioSeries {
  readonly name: string;
  readonly layer: string;
  readonly points: readonly (readonly [epoch: number, ratio: number])[];
}

/** What the statistics of a run have told, by what they are of; in the network's order. */
export interface StatisticsSeries {
  readonly bands: readonly BandSeries[];
  readonly ratios: readonly RatioSeries[];
}

const MOST_POINTS = 60;

/** The statistics of a run, each series with at most 60 points. Of an epoch that was run again after a stop, the last one counts. */
export function statisticsSeries(events: readonly TrainingEvent[]): StatisticsSeries {
  const byEpoch = new Map(
    events.flatMap((event) => (event.type === 'statistics' ? [[event.epoch, event] as const] : [])),
  );
  const bands = new Map<string, Omit<BandSeries, 'range'> & { points: BandPoint[] }>();
  const ratios = new Map<string, RatioSeries & { points: [number, number][] }>();
  for (const { epoch, parameters, activations } of thinned([...byEpoch.values()], MOST_POINTS)) {
    const put = (kind: BandSeries['kind'], layer: string, name: string, values: ValueDistribution): void => {
      const key = `${kind} ${name}`;
      const series = bands.get(key) ?? { name, layer, kind, points: [] };
      series.points.push([epoch, values.min, ...values.quantiles, values.max]);
      bands.set(key, series);
    };
    for (const { name, layer, values, gradients, updateRatio } of parameters) {
      put('weights', layer, name, values);
      if (gradients) put('gradients', layer, name, gradients);
      if (updateRatio === undefined) continue;
      const series = ratios.get(name) ?? { name, layer, points: [] };
      series.points.push([epoch, updateRatio]);
      ratios.set(name, series);
    }
    for (const { layer, values } of activations) put('outputs', layer, layer, values);
  }
  return {
    bands: [...bands.values()].map((series) => ({ ...series, range: rangeOf(series.points) })),
    ratios: [...ratios.values()],
  };
}

/** Where nine tenths of the numbers lie, and half as much on both sides, as far as there are numbers. */
function rangeOf(points: readonly BandPoint[]): readonly [number, number] {
  const least = (place: number): number => Math.min(...points.map((point) => point[place] as number));
  const most = (place: number): number => Math.max(...points.map((point) => point[place] as number));
  const [low, high] = [least(2), most(6)];
  const around = (high - low) / 2;
  return around > 0 ? [Math.max(least(1), low - around), Math.min(most(7), high + around)] : [least(1), most(7)];
}
