import { AppendedFile } from '../files/appended-file';
import { encodeFileStart, encodeSummary, type Histogram, type SummaryValue } from '../formats/tensorboard';
import type { ValueDistribution } from '../model/distribution';
import type { EpochRecord, Evaluation, TrainingEvent } from '../model/events';
import type { Model } from '../model/model';
import type { StatisticsRecord } from '../model/statistics';
import { firstFilters } from './report/first-filters';
import { filterPicture, mosaic } from './report/pictures';

/** What is looked at after each epoch. */
export type WatchedModel = Pick<Model, 'graph' | 'parameter'>;

/** Pixels that a filter has at most, a side, where it is enlarged. */
const FILTER_SIDE = 40;
const MOST_FILTERS = 64;

const now = (): number => Date.now() / 1000;

/** The name of a run's event file: TensorBoard looks for `tfevents` in it. */
export function summaryFileName(startedAt: string): string {
  return `events.out.tfevents.${Math.floor(Date.parse(startedAt) / 1000)}.laminet`;
}

/**
 * Keeps a training for TensorBoard: after each epoch error, accuracy, rate and speed as numbers, and those of evaluations in
 * between; where the training tells of statistics, weights, gradients and activations as histograms, the updates as numbers,
 * and the filters of the first layer as a picture. Steps are images seen, as in the report.
 */
export class SummaryLog {
  readonly #file = new AppendedFile();
  readonly #model: WatchedModel | undefined;
  #samples = 0;
  #seen = 0;

  /** @param model whose filters are shown; without one there are no pictures */
  constructor(model?: WatchedModel) {
    this.#model = model;
    this.#file.append(encodeFileStart(now()));
  }

  /** Takes in an event. What went wrong in an earlier write is thrown here. Error: `E_FILE`. */
  readonly listen = (event: TrainingEvent): void => {
    if (event.type === 'start') this.#samples = event.samples;
    else if (event.type === 'evaluation') this.#append(event.samplesSeen, scalars('evaluation', event));
    else if (event.type === 'epoch') this.#append(this.#seenAfter(event.epoch), epochValues(event));
    else if (event.type === 'statistics') {
      const filters = this.#model ? filterPictures(this.#model) : [];
      this.#append(this.#seenAfter(event.epoch), [...statisticsValues(event), ...filters]);
    }
  };

  /** Takes in the result on the test set. */
  finish(test: Evaluation): void {
    this.#append(this.#seen, scalars('test', test));
  }

  /** Says where the file is. */
  open(path: string): void {
    this.#file.open(path);
  }

  /** Waits until all is on the disk. Error: `E_FILE`. */
  settle(): Promise<void> {
    return this.#file.settle();
  }

  #seenAfter(epoch: number): number {
    this.#seen = epoch * this.#samples;
    return this.#seen;
  }

  #append(step: number, values: readonly SummaryValue[]): void {
    this.#file.append(encodeSummary({ wallTime: now(), step, values }));
  }
}

function epochValues(event: EpochRecord): SummaryValue[] {
  const { learningRate, samplesPerSecond, validation } = event;
  return [
    ...scalars('training', event),
    ...(validation ? scalars('validation', validation) : []),
    { tag: 'learning rate', scalar: learningRate },
    { tag: 'images a second', scalar: samplesPerSecond },
  ];
}

function scalars(name: string, { loss, accuracy }: Pick<Evaluation, 'loss' | 'accuracy'>): SummaryValue[] {
  return [
    { tag: `error/${name}`, scalar: loss },
    { tag: `accuracy/${name}`, scalar: accuracy },
  ];
}

/** TensorBoard groups by what stands before the first slash: the layer's name. */
function statisticsValues({ parameters, activations }: StatisticsRecord): SummaryValue[] {
  return [
    ...parameters.flatMap(({ layer, name, values, gradients, updateRatio }): SummaryValue[] => [
      { tag: `${layer}/${name}`, histogram: toHistogram(values) },
      ...(gradients ? [{ tag: `${layer}/${name}/gradient`, histogram: toHistogram(gradients) }] : []),
      ...(updateRatio === undefined ? [] : [{ tag: `update ratio/${name}`, scalar: updateRatio }]),
    ]),
    ...activations.map(({ layer, values }) => ({ tag: `${layer}/output`, histogram: toHistogram(values) })),
  ];
}

function toHistogram({ count, min, max, mean, deviation, counts }: ValueDistribution): Histogram {
  const width = (max - min) / counts.length;
  const limits = counts.map((_, bucket) => (bucket === counts.length - 1 ? max : min + (bucket + 1) * width));
  const sumOfSquares = count * (deviation ** 2 + mean ** 2);
  return { min, max, count, sum: count * mean, sumOfSquares, limits, counts };
}

function filterPictures(model: WatchedModel): SummaryValue[] {
  const first = firstFilters(model);
  if (!first) return [];
  const scale = Math.max(1, Math.floor(FILTER_SIDE / Math.max(...first.shape.slice(1))));
  const pictures = first.filters.slice(0, MOST_FILTERS).map((filter) => filterPicture(filter, first.shape));
  return [{ tag: `${first.layer}/filters`, picture: mosaic(pictures, scale) }];
}
