import { sizeOf } from '../tensor/shape';
import { type Op, requireInput } from './op';

/** Hands a tensor's values back: copies each sample of the step to its place in the run's result number `result`. */
export const scatter: Op<{ readonly result: number }> = {
  name: 'scatter',
  infer(inputs, { result }) {
    const { shape } = requireInput('scatter', inputs, 0);
    return { geometry: { elements: sizeOf(shape), result }, outputs: [] };
  },
};
