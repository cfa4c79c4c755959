import type { Model } from '../../model/model';
import { type Shape, sizeOf } from '../../tensor/shape';

/** The weights that meet the image: one filter a map or unit. */
export interface FirstFilters {
  readonly layer: string;
  /** Of one filter: [channels, height, width]. */
  readonly shape: Shape;
  readonly filters: readonly Float64Array[];
}

/**
 * The filters of the first layer that has weights: of a convolution its kernels, of a dense layer that sees the whole image one
 * picture a unit. Undefined where they are no pictures.
 */
export function firstFilters(model: Pick<Model, 'graph' | 'parameter'>): FirstFilters | undefined {
  const { graph } = model;
  const first = graph.parameters.find(({ spec }) => spec.kind === 'weight');
  if (!first) return undefined;
  const shape = filterShape(first.shape, graph.inputShape);
  if (!shape) return undefined;
  const weights = model.parameter(first.name);
  const size = sizeOf(shape);
  const filters = Array.from({ length: weights.length / size }, (_, index) =>
    Float64Array.from(weights.subarray(index * size, (index + 1) * size)),
  );
  return { layer: first.layer, shape, filters };
}

function filterShape(weights: Shape, input: Shape): Shape | undefined {
  if (weights.length === 4 && sizeOf(weights.slice(2)) > 1) return weights.slice(1);
  return weights.length === 2 && input.length === 3 && weights[1] === sizeOf(input) ? input : undefined;
}
