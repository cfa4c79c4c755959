import { LaminetError } from '../errors';
import type { Layer } from '../layers/layer';
import { InputNode } from '../layers/node';
import type { Shape } from '../tensor/shape';
import { chain } from './graph';
import { Model } from './model';

/** The options of {@link sequential}. */
export interface SequentialOptions {
  /** What one sample looks like, where the list does not begin with `input(shape)`. */
  readonly inputShape?: Shape;
  /** Of the first weights, and of the order of samples in `fit`. Default: 0. */
  readonly seed?: number;
  /** Default: `network`. */
  readonly name?: string;
}

const isInput = (layer: Layer | InputNode): layer is InputNode => layer instanceof InputNode;

/**
 * A network of layers one after another.
 *
 *     const model = sequential([input([1, 28, 28]), flatten(), dense({ units: 10, activation: 'softmax' })]);
 *
 * Errors: `E_SHAPE` where a layer does not fit what the one before puts out (the sentence names the layer and both shapes),
 * `E_OPTION` for a missing input shape, an empty list or names that clash.
 */
export function sequential(layers: readonly (Layer | InputNode)[], options: SequentialOptions = {}): Model {
  const { seed = 0, name = 'network' } = options;
  const [first, ...rest] = layers;
  const shape = first && isInput(first) ? first.shape : options.inputShape;
  const stack = (first && isInput(first) ? rest : layers).map((layer, index) => {
    if (!isInput(layer)) return layer;
    throw new LaminetError('E_OPTION', `input() can only be the first of the layers, found it as number ${index + 2}`);
  });
  if (!shape) {
    throw new LaminetError(
      'E_OPTION',
      'the input shape is missing: begin the layers with input(shape), or give inputShape',
    );
  }
  return new Model(name, chain(shape, stack), seed);
}
