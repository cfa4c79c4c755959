import { ACTIVATION_NAMES, activation } from '../../lib/layers/activation';
import { elu, hardtanh, leakyRelu, scaledTanh, softplus } from '../../lib/layers/activation-functions';
import { flatten } from '../../lib/layers/flatten';
import { reshape } from '../../lib/layers/reshape';
import type { Shape } from '../../lib/tensor/shape';
import { AWKWARD_BATCHES, type LayerCase } from './layer-case';

const NAMES = ACTIVATION_NAMES.filter((name) => name !== 'linear');

const SHAPES: readonly Shape[] = [[1], [10], [33], [3, 4, 5], [17, 3, 1], [1, 5, 7]];

/** Every activation, flat and on images, and with options of all kinds. */
export const activationCases: readonly LayerCase[] = [
  ...NAMES.flatMap((name) => [
    ...SHAPES.map((inputShape) => ({
      name: `${name} of ${inputShape.join('x')}`,
      batch: 2,
      inputShape,
      layer: activation(name),
    })),
    ...AWKWARD_BATCHES.map((batch) => ({
      name: `${name}, batch ${batch}`,
      batch,
      inputShape: [5],
      layer: activation(name),
    })),
  ]),
  ...[
    leakyRelu({ negativeSlope: 0 }),
    leakyRelu({ negativeSlope: 1.5 }),
    elu({ alpha: 0 }),
    elu({ alpha: 2.5 }),
    hardtanh({ min: -0.25, max: 2 }),
    hardtanh({ min: 0.5, max: 0.75 }),
    softplus({ beta: 3 }),
    softplus({ beta: 0.25, threshold: 0.125 }),
    softplus({ threshold: -1 }),
    scaledTanh({ amplitude: 0.5, scale: 3 }),
  ].map((layer) => ({ name: `${layer.kind} of ${JSON.stringify(layer.config)}`, batch: 17, inputShape: [19], layer })),
];

/** Layers that only say how numbers lie. */
export const reshapeCases: readonly LayerCase[] = [
  { name: 'flatten an image', batch: 3, inputShape: [3, 4, 5], layer: flatten() },
  { name: 'flatten one number', batch: 17, inputShape: [1], layer: flatten() },
  { name: 'a row to an image', batch: 17, inputShape: [24], layer: reshape({ shape: [2, 3, 4] }) },
  { name: 'an image to another', batch: 2, inputShape: [3, 4, 5], layer: reshape({ shape: [10, 2, 3] }) },
  { name: 'linear', batch: 3, inputShape: [2, 3], layer: activation('linear') },
];
