import { LaminetError } from '../errors';
import type { FloatArray } from '../tensor/storage';

/** What a metric is: a number, a list of one for each class, or a table. Plain arrays, so that they can be written as JSON. */
export type MetricValue = number | readonly number[] | readonly (readonly number[])[];

/**
 * What a step says of each of its samples for a metric: the class that the network takes it for, how many classes come before
 * its own, the outputs themselves, or the loss on each output.
 */
export type Observation = 'predictedClasses' | 'targetRanks' | 'scores' | 'losses';

/** What is known of some data after the network has gone through them. What nobody asked for is empty. */
export interface Observed {
  readonly accuracy: number;
  /** 2 for a single output that says yes or no. */
  readonly classes: number;
  /** The classes of the samples, in the order in which the network saw them. */
  readonly labels: ArrayLike<number>;
  readonly predictedClasses: FloatArray;
  readonly targetRanks: FloatArray;
  /** A row of outputs a sample. */
  readonly scores: FloatArray;
  /** By output: the part of the loss that comes from it. */
  readonly losses: Readonly<Record<string, number>>;
}

/** What a metric must know of a network before anything is run. */
export interface MeasuredNetwork {
  readonly name: string;
  /** The numbers that each output has. */
  readonly outputSizes: readonly number[];
}

/** A metric's name with its options, as JSON. */
export interface MetricDescription {
  readonly name: string;
  readonly [option: string]: unknown;
}

/** Something that is measured while a network is trained or evaluated, beside the loss. */
export interface Metric {
  readonly name: string;
  /** What files keep, to make it again; missing for metrics of your own. */
  readonly config?: MetricDescription;
  /** What it is computed from, if more than the accuracy. */
  readonly observes?: Observation;
  /** Whether every class must have samples, but not all of them. */
  readonly needsEveryClass?: boolean;
  /** Throws where the network cannot be measured so. */
  check?(network: MeasuredNetwork): void;
  /** The values by their names. */
  compute(observed: Observed): Readonly<Record<string, MetricValue>>;
}

/** How the numbers of several classes become one: see {@link ClassificationReport}. `none` lists them by class. */
export type Average = 'macro' | 'weighted' | 'micro' | 'none';

/** The name of a mean: that of the metric for the mean over the classes, which is the default. */
export function nameOfMean(metric: string, average: Average): string {
  if (average === 'macro') return metric;
  return average === 'none' ? `${metric}.classes` : `${metric}.${average}`;
}

/** Throws unless an option is one of the means. */
export function checkAverage(average: unknown, known: readonly Average[]): void {
  if ((known as readonly unknown[]).includes(average)) return;
  throw new LaminetError('E_OPTION', `average must be one of ${known.join(', ')}, found ${JSON.stringify(average)}`, {
    option: 'average',
    found: average,
  });
}

/** Throws unless a network has one output, of classes. */
export function checkClasses(metric: string, { name, outputSizes }: MeasuredNetwork): void {
  if (outputSizes.length === 1) return;
  throw new LaminetError(
    'E_OPTION',
    `metric ${metric} needs a network with one output, of classes, but ${name} has ${outputSizes.length} outputs`,
    { metric, outputs: outputSizes.length },
  );
}
