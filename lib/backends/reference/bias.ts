import type { BiasGeometry } from '../../ops/bias';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** `y[k, i] = x[k, i] + bias[k]`. */
export const addBias: Kernel<BiasGeometry, [x: FloatArray, bias: FloatArray]> = ({
  geometry: { channels, pixels },
  inputs: [x, bias],
  outputs: [y],
  step: { count },
}) => {
  for (let map = 0; map < count * channels; map++) {
    const own = bias[map % channels] as number;
    for (let at = map * pixels; at < (map + 1) * pixels; at++) y[at] = (x[at] as number) + own;
  }
};

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
