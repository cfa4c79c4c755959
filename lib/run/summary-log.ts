import { AppendedFile } from '../files/appended-file';
import { encodeFileStart, encodeSummary, histogramOf, type SummaryValue } from '../formats/tensorboard';
import type { Evaluation, TrainingEvent } from '../model/events';
import type { Model } from '../model/model';
import { firstFilters } from './report/first-filters';
import { filterPicture, mosaic } from './report/pictures';

/** What is looked at after each epoch. */
export type WatchedModel = Pick<Model, 'graph' | 'parameter'>;

/** Pixels that a filter has at most, a side, where it is enlarged. */
const FILTER_SIDE = 40;
const MOST_FILTERS = 64;

/** Of epochs 1 to 100 each, then each tenth, from 1,000 on each hundredth ...: weights take more time and room than numbers. */
function isWatched(epoch: number): boolean {
  return epoch % 10 ** Math.max(0, Math.floor(Math.log10(epoch)) - 1) === 0;
}

const now = (): number => Date.now() / 1000;

/** The name of a run's event file: TensorBoard looks for `tfevents` in it. */
export function summaryFileName(startedAt: string): string {
  return `events.out.tfevents.${Math.floor(Date.parse(startedAt) / 1000)}.laminet`;
}

/**
 * Keeps a training for TensorBoard: after each epoch error, accuracy, rate and speed as numbers; after the first hundred
 * epochs, and then ever fewer, the weights as histograms and the filters of the first layer as a picture. Steps are images seen, as in the report.
 */
export class SummaryLog {
  readonly #file = new AppendedFile();
  readonly #model: WatchedModel | undefined;
  #samples = 0;
  #seen = 0;

  /** @param model whose weights are looked at; without one there are only numbers */
  constructor(model?: WatchedModel) {
    this.#model = model;
    this.#file.append(encodeFileStart(now()));
  }

  /** Takes in an event. What went wrong in an earlier write is thrown here. Error: `E_FILE`. */
  readonly listen = (event: TrainingEvent): void => {
    if (event.type === 'start') this.#samples = event.samples;
    if (event.type !== 'epoch') return;
    const { epoch, learningRate, samplesPerSecond, validation } = event;
    this.#seen = epoch * this.#samples;
    this.#append([
      ...scalars('training', event),
      ...(validation ? scalars('validation', validation) : []),
      { tag: 'learning rate', scalar: learningRate },
      { tag: 'images a second', scalar: samplesPerSecond },
      ...(this.#model && isWatched(epoch) ? [...weightHistograms(this.#model), ...filterPictures(this.#model)] : []),
    ]);
  };

  /** Takes in the result on the test set. */
  finish(test: Evaluation): void {
    this.#append(scalars('test', test));
  }

  /** Says where the file is. */
  open(path: string): void {
    this.#file.open(path);
  }

  /** Waits until all is on the disk. Error: `E_FILE`. */
  settle(): Promise<void> {
    return this.#file.settle();
  }

  #append(values: readonly SummaryValue[]): void {
    this.#file.append(encodeSummary({ wallTime: now(), step: this.#seen, values }));
  }
}

function scalars(name: string, { loss, accuracy }: Pick<Evaluation, 'loss' | 'accuracy'>): SummaryValue[] {
  return [
    { tag: `error/${name}`, scalar: loss },
    { tag: `accuracy/${name}`, scalar: accuracy },
  ];
}

function weightHistograms(model: WatchedModel): SummaryValue[] {
  return model.graph.parameters.flatMap(({ layer, name }) => {
    const histogram = histogramOf(model.parameter(name));
    // TensorBoard groups by what stands before the slash.
    return histogram ? [{ tag: `${layer}/${name}`, histogram }] : [];
  });
}

function filterPictures(model: WatchedModel): SummaryValue[] {
  const first = firstFilters(model);
  if (!first) return [];
  const scale = Math.max(1, Math.floor(FILTER_SIDE / Math.max(...first.shape.slice(1))));
  const pictures = first.filters.slice(0, MOST_FILTERS).map((filter) => filterPicture(filter, first.shape));
  return [{ tag: `${first.layer}/filters`, picture: mosaic(pictures, scale) }];
}
