import { sizeOf } from '../tensor/shape';
import { type Inference, type Op, refuse, requireInput } from './op';

/** The bound on a parameter's rows, and their size. */
export type MaxNormGeometry = { readonly rows: number; readonly columns: number; readonly limit: number };

/** Scales each row of a parameter, `[rows, ...]`, whose norm is above the limit: `w *= limit / sqrt(sum w^2)`. */
export const maxNorm: Op<{ readonly limit: number }, MaxNormGeometry> = {
  name: 'maxNorm',
  infer(inputs, { limit }): Inference<MaxNormGeometry> {
    const { shape } = requireInput('maxNorm', inputs, 0);
    const [rows, ...rest] = shape;
    if (rows === undefined || rest.length === 0) refuse('maxNorm', shape, 'a row of weights for each filter or unit');
    return { geometry: { rows, columns: sizeOf(rest), limit }, outputs: [] };
  },
};
