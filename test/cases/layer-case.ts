import type { Layer } from '../../lib/layers/layer';
import type { Shape } from '../../lib/tensor/shape';

/** A layer in one geometry, and the samples to run it on. Parity, gradient checks, fuzzing and benchmarks share these. */
export interface LayerCase {
  readonly name: string;
  readonly batch: number;
  readonly inputShape: Shape;
  readonly layer: Layer;
}

/** The batches that meet every kind of tail of 16 lanes: less than one slice, a whole one, and what is left of one. */
export const AWKWARD_BATCHES = [1, 2, 15, 16, 17, 33] as const;

/** Channel counts that no vector width divides. */
export const AWKWARD_CHANNELS = [1, 3, 5, 13, 17] as const;
