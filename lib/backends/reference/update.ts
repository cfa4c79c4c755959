import type { FloatArray } from '../../tensor/storage';
import type { Kernel, Step } from './kernel';

/** What every update carries, and the numbers of its own. */
type UpdateGeometry<Constant extends string> = {
  readonly elements: number;
  readonly l2: number;
  readonly weightDecay: number;
  readonly learningRateFactor: number;
} & { readonly [name in Constant]: number };

type UpdateOperands = [parameter: FloatArray, gradient: FloatArray, ...state: FloatArray[]];

type UpdateKernel<Constant extends string = never> = Kernel<UpdateGeometry<Constant>, UpdateOperands, []>;

/** What a weight loses, divided by the learning rate, given its gradient; it changes the state at its place. */
type Rule = (gradient: number, index: number) => number;

/** Changes every weight by a rule; what decays does so first. The formulas are told in lib/ops/update.ts. */
function changeAll<Constant extends string>(
  { elements, l2, weightDecay, learningRateFactor }: UpdateGeometry<Constant>,
  [parameter, gradient]: UpdateOperands,
  step: Step,
  rule: Rule,
): void {
  const learningRate = step.learningRate * learningRateFactor;
  const kept = 1 - learningRate * weightDecay;
  for (let index = 0; index < elements; index++) {
    const weight = parameter[index] as number;
    const loss = rule((gradient[index] as number) + l2 * weight, index);
    parameter[index] = kept * weight - learningRate * loss;
  }
}

/** Makes the number at a place a running mean: this share of what it was, the rest of what comes in. */
function toMean(state: FloatArray, index: number, share: number, value: number): number {
  const mean = share * (state[index] as number) + (1 - share) * value;
  state[index] = mean;
  return mean;
}

/** The state's slots by their places; those that an optimizer has are there. */
function slotsOf([, , ...state]: UpdateOperands): [FloatArray, FloatArray, FloatArray] {
  return state as unknown as [FloatArray, FloatArray, FloatArray];
}

/** Gradient descent. */
export const sgd: UpdateKernel = ({ geometry, inputs, step }) => {
  changeAll(geometry, inputs, step, (g) => g);
};

/** Gradient descent that keeps its velocity. */
export const momentum: UpdateKernel<'momentum' | 'nesterov'> = ({ geometry, inputs, step }) => {
  const { momentum: share, nesterov } = geometry;
  const [velocity] = slotsOf(inputs);
  changeAll(geometry, inputs, step, (g, index) => {
    const v = share * (velocity[index] as number) + g;
    velocity[index] = v;
    return nesterov === 1 ? g + share * v : v;
  });
};

/** Steps divided by the root of the sum of all squared gradients. */
export const adagrad: UpdateKernel<'epsilon'> = ({ geometry, inputs, step }) => {
  const [squares] = slotsOf(inputs);
  changeAll(geometry, inputs, step, (g, index) => {
    const sum = (squares[index] as number) + g * g;
    squares[index] = sum;
    return g / (Math.sqrt(sum) + geometry.epsilon);
  });
};

/** Steps in the units of the steps before. */
export const adadelta: UpdateKernel<'rho' | 'epsilon'> = ({ geometry, inputs, step }) => {
  const { rho, epsilon } = geometry;
  const [squares, steps] = slotsOf(inputs);
  changeAll(geometry, inputs, step, (g, index) => {
    const square = toMean(squares, index, rho, g * g);
    const size = (Math.sqrt((steps[index] as number) + epsilon) / Math.sqrt(square + epsilon)) * g;
    toMean(steps, index, rho, size * size);
    return size;
  });
};

/** Means of gradients over roots of means of squares. */
export const adam: UpdateKernel<'beta1' | 'beta2' | 'epsilon' | 'amsgrad'> = ({ geometry, inputs, step }) => {
  const { beta1, beta2, epsilon, amsgrad } = geometry;
  const [first, second, largest] = slotsOf(inputs);
  const [size = 0, root = 1] = step.factors;
  changeAll(geometry, inputs, step, (g, index) => {
    const m = toMean(first, index, beta1, g);
    let s = toMean(second, index, beta2, g * g);
    if (amsgrad === 1) {
      s = Math.max(largest[index] as number, s);
      largest[index] = s;
    }
    return (size * m) / (Math.sqrt(s) + epsilon * root);
  });
};

/** Adam with the largest gradient, which fades, in the place of the mean of squares. */
export const adamax: UpdateKernel<'beta1' | 'beta2' | 'epsilon'> = ({ geometry, inputs, step }) => {
  const { beta1, beta2, epsilon } = geometry;
  const [first, largest] = slotsOf(inputs);
  const [size = 0] = step.factors;
  changeAll(geometry, inputs, step, (g, index) => {
    const m = toMean(first, index, beta1, g);
    const u = Math.max(beta2 * (largest[index] as number), Math.abs(g) + epsilon);
    largest[index] = u;
    return (size * m) / u;
  });
};

/** Adam that looks ahead as Nesterov's momentum does. */
export const nadam: UpdateKernel<'beta1' | 'beta2' | 'epsilon'> = ({ geometry, inputs, step }) => {
  const { beta1, beta2, epsilon } = geometry;
  const [first, second] = slotsOf(inputs);
  const [gradientSize = 0, momentSize = 0, root = 1] = step.factors;
  changeAll(geometry, inputs, step, (g, index) => {
    const m = toMean(first, index, beta1, g);
    const s = toMean(second, index, beta2, g * g);
    return (gradientSize * g + momentSize * m) / (Math.sqrt(s) + epsilon * root);
  });
};

/** Adam that does not divide before the mean of squares is worth it. */
export const radam: UpdateKernel<'beta1' | 'beta2' | 'epsilon'> = ({ geometry, inputs, step }) => {
  const { beta1, beta2, epsilon } = geometry;
  const [first, second] = slotsOf(inputs);
  const [size = 0, adapts = 0] = step.factors;
  changeAll(geometry, inputs, step, (g, index) => {
    const m = toMean(first, index, beta1, g);
    const s = toMean(second, index, beta2, g * g);
    return adapts === 1 ? (size * m) / (Math.sqrt(s) + epsilon) : size * m;
  });
};

/** Steps divided by the root of the mean of squared gradients. */
export const rmsprop: UpdateKernel<'rho' | 'epsilon' | 'momentum' | 'centered'> = ({ geometry, inputs, step }) => {
  const { rho, epsilon, momentum: share, centered } = geometry;
  const [squares, second, third] = slotsOf(inputs);
  const velocity = centered === 1 ? third : second;
  changeAll(geometry, inputs, step, (g, index) => {
    let square = toMean(squares, index, rho, g * g);
    if (centered === 1) square = Math.max(0, square - toMean(second, index, rho, g) ** 2);
    const size = g / (Math.sqrt(square) + epsilon);
    if (share === 0) return size;
    const v = share * (velocity[index] as number) + size;
    velocity[index] = v;
    return v;
  });
};

/** Steps of one size, in the direction of a mean of gradients. */
export const lion: UpdateKernel<'beta1' | 'beta2'> = ({ geometry, inputs, step }) => {
  const { beta1, beta2 } = geometry;
  const [mean] = slotsOf(inputs);
  changeAll(geometry, inputs, step, (g, index) => {
    const direction = Math.sign(beta1 * (mean[index] as number) + (1 - beta1) * g);
    toMean(mean, index, beta2, g);
    return direction;
  });
};
