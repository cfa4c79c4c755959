import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** `parameter -= learningRate * gradient`. */
export const sgd: Kernel<{ readonly elements: number }, [parameter: FloatArray, gradient: FloatArray], []> = ({
  geometry: { elements },
  inputs: [parameter, gradient],
  step: { learningRate },
}) => {
  for (let index = 0; index < elements; index++) {
    parameter[index] = (parameter[index] as number) - learningRate * (gradient[index] as number);
  }
};
