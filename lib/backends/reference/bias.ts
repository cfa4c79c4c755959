import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** The sizes of a bias: one number for each of `channels`, added at each of `pixels` positions. */
type BiasGeometry = { readonly channels: number; readonly pixels: number };

/** `gradBias[k]`: the sum of `gradOutput[k]` over batch and positions. */
export const biasGrad: Kernel<BiasGeometry, [gradOutput: FloatArray], [gradBias: FloatArray]> = ({
  geometry: { channels, pixels },
  inputs: [gradOutput],
  outputs: [gradBias],
  step: { count },
}) => {
  for (let k = 0; k < channels; k++) {
    let sum = 0;
    for (let n = 0; n < count; n++) {
      const start = (n * channels + k) * pixels;
      for (let pixel = start; pixel < start + pixels; pixel++) sum += gradOutput[pixel] as number;
    }
    gradBias[k] = sum;
  }
};
