import type { RunRequest } from '../backends/backend';
import type { Dataset } from '../data/dataset';
import type { Shape } from '../tensor/shape';
import type { FloatArray } from '../tensor/storage';
import type { Graph } from './graph';

/** One output of a network for some samples. */
export interface OutputValues {
  /** The name of the layer that puts it out. */
  readonly name: string;
  /** A row of numbers a sample. */
  readonly data: FloatArray;
  /** `[samples, ...output shape]`. */
  readonly shape: Shape;
}

/** The outputs of a network for some samples; `data` and `shape` are those of the first, which mostly is the only one. */
export interface Prediction {
  readonly data: FloatArray;
  readonly shape: Shape;
  readonly outputs: readonly OutputValues[];
}

/**
 * Samples to predict: a data set, or rows of the network's input shape (bytes are scaled by 1 / 255). With several inputs a
 * row holds the numbers of all, in their order.
 */
export type Samples = Dataset | Uint8Array | Float32Array | Float64Array | readonly number[];

/** Samples a step where nothing is trained and nothing else is asked for. */
const PREDICTION_BATCH = 256;

/** How many samples go through the network together where nobody says: few ones have plans that are made for few. */
export function predictionBatch(count: number): number {
  if (count > 8) return PREDICTION_BATCH;
  return count > 1 ? 8 : 1;
}

/** What a run has left of a network's outputs. */
export function toPrediction({ outputs: places, nodes }: Graph, { results, order }: RunRequest): Prediction {
  const outputs = places.map((place, index) => {
    const { name = '', built } = nodes[place] ?? {};
    return { name, data: results[index] as FloatArray, shape: [order.length, ...(built?.outputShape ?? [])] };
  });
  const { data, shape } = outputs[0] as OutputValues;
  return { data, shape, outputs };
}
