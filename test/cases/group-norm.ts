import { groupNorm, layerNorm } from '../../lib/layers/group-norm';
import type { Layer } from '../../lib/layers/layer';
import { localResponseNorm } from '../../lib/layers/local-response-norm';
import type { Shape } from '../../lib/tensor/shape';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

function normCase(name: string, batch: number, inputShape: Shape, layer: Layer): LayerCase {
  return { name: `${layer.kind}, ${name}`, batch, inputShape, layer };
}

/** Normalizations of single samples by what is awkward about them. */
export const sampleNormCases: readonly LayerCase[] = [
  ...[layerNorm(), groupNorm({ groups: 1 }), localResponseNorm({ alpha: 0.1 })].flatMap((layer) => [
    ...AWKWARD_BATCHES.map((batch) => normCase(`batch ${batch}`, batch, [3, 4, 5], layer)),
    ...AWKWARD_CHANNELS.map((channels) => normCase(`${channels} channels`, 2, [channels, 3, 2], layer)),
    normCase('a flat input', 17, [7], layer),
  ]),
  ...[1, 2, 3, 6].map((groups) => normCase(`${groups} groups`, 17, [6, 3, 4], groupNorm({ groups }))),
  normCase('a group for each number', 2, [5, 2, 2], groupNorm({ groups: 5 })),
  ...[
    { scale: false, center: true },
    { scale: true, center: false },
    { scale: false, center: false },
  ].flatMap((options) => [
    normCase(JSON.stringify(options), 5, [4, 2, 3], groupNorm({ groups: 2, ...options })),
    normCase(JSON.stringify(options), 5, [2, 3], layerNorm(options)),
  ]),
  normCase('a large epsilon', 5, [4, 2, 3], groupNorm({ groups: 2, epsilon: 0.5 })),
  ...[1, 2, 3, 4, 9].map((size) => normCase(`size ${size}`, 2, [5, 2, 3], localResponseNorm({ size, alpha: 0.5 }))),
  normCase('other constants', 17, [6, 3, 2], localResponseNorm({ size: 3, alpha: 0.2, beta: 1.5, k: 2 })),
];
