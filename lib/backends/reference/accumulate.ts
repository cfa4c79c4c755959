import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** Gathers a gradient over the steps of an update, and puts it in the gradient's place in the last of them. */
export const accumulate: Kernel<{ readonly elements: number }, [gradient: FloatArray, gathered: FloatArray], []> = ({
  geometry: { elements },
  inputs: [gradient, gathered],
  step: { share, beginsUpdate, updates },
}) => {
  for (let index = 0; index < elements; index++) {
    const before = beginsUpdate ? 0 : (gathered[index] as number);
    gathered[index] = before + share * (gradient[index] as number);
  }
  if (updates) gradient.set(gathered.subarray(0, elements));
};
