import type { Layer } from '../../lib/layers/layer';
import { chain } from '../../lib/model/graph';
import { imageLayers, WINDOW_LAYERS } from '../cases/image-layers';
import { AWKWARD_BATCHES } from '../cases/layer-case';
import { float32Targets } from '../support/backends';
import { expectLayerParity } from '../support/layer-parity';

const CHANNELS = [1, 3, 5, 13, 17, 64];

/** Every batch with two numbers of channels, few and many; the layer's images in turn. */
const SHAPES = AWKWARD_BATCHES.flatMap((batch, index) =>
  [0, 3].map((shift) => ({ batch, channels: CHANNELS[(index + shift) % CHANNELS.length] as number })),
);

it.each(imageLayers)('all backends agree on $name, for every batch and number of channels', ({ images, layer }) => {
  for (const [index, { batch, channels }] of SHAPES.entries()) {
    const [height, width] = images[index % images.length] as readonly [number, number];
    const inputShape = [channels, height, width];
    const what = ` of ${batch} images of ${inputShape.join('x')}`;
    expectLayerParity(float32Targets, { layer: layer(channels), inputShape, batch }, what);
  }
});

const LAYERS = [...new Map(imageLayers.map(({ layer }) => [layer(2).kind, layer(2)])).values()];

it.each(LAYERS)('$kind refuses images with a size of 0', (layer: Layer) => {
  for (const shape of [
    [0, 5, 5],
    [2, 0, 5],
    [2, 5, 0],
  ]) {
    expect(() => chain(shape, [layer])).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        message: `the input: every size must be a whole number of at least 1, found ${shape.join('x')}`,
      }),
    );
  }
});

// A transposed convolution writes windows into its output, which is as large as they need.
const SLIDING = Object.entries(WINDOW_LAYERS).filter(([name]) => name !== 'conv2dTranspose');

it.each(SLIDING)('%s refuses a window that is larger than the padded image', (_, make) => {
  for (const image of [
    [2, 9],
    [9, 2],
  ]) {
    expect(() => make({ kernelSize: 5, padding: 1 })(2).build([2, ...image])).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        message: expect.stringMatching(/expected an image with room for a window of 5x5 \(padding 1\), found 2x\dx\d$/),
      }),
    );
  }
});
