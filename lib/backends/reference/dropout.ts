import type { DropoutGeometry } from '../../ops/dropout';
import { philox4x32 } from '../../tensor/philox';
import type { Kernel } from './kernel';

/** 0 where the channel's random word is below the threshold, else `x * scale`. */
export const dropout: Kernel<DropoutGeometry> = ({ geometry: g, inputs: [x], outputs: [y], step }) => {
  const { seed = 0, stepsBefore = 0 } = step.request;
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const;
  const number = (stepsBefore + step.number) >>> 0;
  const words = new Uint32Array(4);
  for (let n = 0; n < step.count; n++) {
    for (let c = 0; c < g.channels; c++) {
      if (c % 4 === 0) philox4x32([c / 4, n, number, g.stream], key, words);
      const dropped = (words[c % 4] as number) < g.threshold;
      const begin = (n * g.channels + c) * g.pixels;
      for (let at = begin; at < begin + g.pixels; at++) y[at] = dropped ? 0 : (x[at] as number) * g.scale;
    }
  }
};
