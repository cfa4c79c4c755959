import { sizeOf } from '../tensor/shape';
import { refuse } from './op';
import { checkUpdateOperands, type UpdateOp } from './update';

/**
 * Momentum whose matrix is made orthogonal: the parameter `[rows, ...]` counts as a matrix of that many rows. With g its
 * gradient and mean(x, y) = momentum * x + (1 - momentum) * y:
 *
 * `m = mean(m, g)`; `u = mean(m, g)` with `nesterov` 1, else m; `X = u / (|u| + 1e-7)`, where |u| is the root of the sum of
 * squares; then so many `iterations` times, with a = 3.4445, b = -4.7750, c = 2.0315,
 * `A = X X^T`; `X = a X + (b A + c A A) X`, on the transposed matrix where rows > columns;
 * `w = (1 - learningRate * weightDecay) * w - learningRate * sqrt(max(1, rows / columns)) * X`.
 *
 * The iteration is Newton and Schulz's for the nearest orthogonal matrix, with coefficients that bring singular values from
 * near 0 to between 0.7 and 1.2 in five rounds, rather than to 1 in many.
 */
export const muon: UpdateOp = {
  name: 'muon',
  infer(inputs, { weightDecay, learningRateFactor, constants }) {
    const shape = checkUpdateOperands('muon', inputs);
    const [rows = 0, ...rest] = shape;
    if (rest.length === 0) refuse('muon', shape, 'a matrix, or what counts as one');
    const { momentum = 0, nesterov = 0, iterations = 0 } = constants;
    const columns = sizeOf(rest);
    const elements = rows * columns;
    const geometry = {
      elements,
      l2: 0,
      weightDecay,
      learningRateFactor,
      momentum,
      nesterov,
      iterations,
      rows,
      columns,
    };
    return { geometry, outputs: [] };
  },
};
