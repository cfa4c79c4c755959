import { cropping2d, zeroPadding2d } from '../../lib/layers/frame';
import type { Layer } from '../../lib/layers/layer';
import { upsampling2d } from '../../lib/layers/upsampling2d';
import type { Shape } from '../../lib/tensor/shape';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

function onImages(layer: Layer, inputShape: Shape, batch = 2): LayerCase {
  return { name: `${layer.kind} ${JSON.stringify(layer.config)} of ${inputShape.join('x')}`, batch, inputShape, layer };
}

/** Layers that add pixels to images, or take some away. */
export const frameCases: readonly LayerCase[] = [
  ...[zeroPadding2d(), cropping2d(), upsampling2d()].flatMap((layer) => [
    ...AWKWARD_BATCHES.map((batch) => ({
      name: `${layer.kind}, batch ${batch}`,
      batch,
      inputShape: [2, 4, 5],
      layer,
    })),
    ...AWKWARD_CHANNELS.map((channels) => onImages(layer, [channels, 3, 4])),
  ]),
  onImages(zeroPadding2d({ padding: 0 }), [2, 3, 4]),
  onImages(zeroPadding2d({ padding: [0, 2] }), [2, 3, 4]),
  onImages(zeroPadding2d({ padding: [3, 0, 1, 2] }), [3, 1, 1], 17),
  onImages(zeroPadding2d({ padding: [0, 3, 0, 0] }), [3, 2, 5]),
  onImages(cropping2d({ cropping: 0 }), [2, 3, 4]),
  onImages(cropping2d({ cropping: [1, 0] }), [2, 3, 4]),
  onImages(cropping2d({ cropping: [3, 0, 1, 2] }), [3, 4, 4], 17),
  onImages(cropping2d({ cropping: [0, 0, 0, 4] }), [3, 2, 5]),
  onImages(upsampling2d({ size: 1 }), [2, 3, 4]),
  onImages(upsampling2d({ size: [3, 1] }), [3, 2, 5], 17),
  onImages(upsampling2d({ size: [1, 4] }), [5, 1, 1]),
];
