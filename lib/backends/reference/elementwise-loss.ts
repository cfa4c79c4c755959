import { logistic } from './elementwise';
import { type LossConstants, sumOverOutputs } from './loss-arithmetic';

/** The least value of a logarithm of a probability, as in PyTorch's binary cross-entropy. */
const LEAST_LOG = -100;

/** The least divisor of a gradient on probabilities, as in PyTorch's binary cross-entropy. */
const LEAST_DIVISOR = 1e-12;

const logOf = (p: number): number => Math.max(Math.log(p), LEAST_LOG);

/** log(1 - p). */
const logOfRest = (p: number): number => Math.max(Math.log1p(-p), LEAST_LOG);

/** `(y - t)^2 / 2`. */
export const squaredError = sumOverOutputs(
  (y, t) => (y - t) ** 2 / 2,
  (y, t) => y - t,
);

/** `|y - t|`. */
export const absoluteError = sumOverOutputs(
  (y, t) => Math.abs(y - t),
  (y, t) => Math.sign(y - t),
);

/** `(y - t)^2 / 2` near the target, growing in proportion to the distance beyond delta. */
export const huber = sumOverOutputs(
  (y, t, { delta = 1 }) => {
    const error = Math.abs(y - t);
    return error <= delta ? error ** 2 / 2 : delta * (error - delta / 2);
  },
  (y, t, { delta = 1 }) => Math.min(Math.max(y - t, -delta), delta),
);

/** `y t`. */
export const projection = sumOverOutputs(
  (y, t) => y * t,
  (_y, t) => t,
);

/** `-t log p`. */
export const crossEntropy = sumOverOutputs(
  (p, t) => -t * logOf(p),
  (p, t) => -t / Math.max(p, LEAST_DIVISOR),
);

/** `-t y`. A target of 0 asks nothing of a logarithm, even of an infinite one; NaN stays NaN. */
export const negativeLogLikelihood = sumOverOutputs(
  (y, t) => (t === 0 && !Number.isNaN(y) ? 0 : -t * y),
  (_y, t) => -t,
);

/** `-t log p - (1 - t) log(1 - p)`. */
export const logisticError = sumOverOutputs(
  (p, t) => -t * logOf(p) - (1 - t) * logOfRest(p),
  (p, t) => (p - t) / Math.max(p * (1 - p), LEAST_DIVISOR),
);

const logisticErrorOfLogit = (z: number, t: number): number =>
  Math.max(z, 0) - z * t + Math.log1p(Math.exp(-Math.abs(z)));

/** `max(z, 0) - z t + log(1 + exp(-|z|))`. */
export const sigmoidLogisticError = sumOverOutputs(logisticErrorOfLogit, (z, t) => logistic(z) - t);

/** `-t (1 - p)^gamma log p`. */
export const focal = sumOverOutputs(
  (p, t, { gamma = 0 }) => -t * (1 - p) ** gamma * logOf(p),
  (p, t, { gamma = 0 }) => {
    // The logarithm goes to 0 faster than the power of 1 - p can grow.
    const slope = p === 1 ? 0 : gamma * (1 - p) ** (gamma - 1) * logOf(p);
    return t * (slope - (1 - p) ** gamma / Math.max(p, LEAST_DIVISOR));
  },
);

/** What a target's term is multiplied by in the binary focal losses. */
const balance = (t: number, { positive = 1, negative = 1 }: LossConstants): number => t * positive + (1 - t) * negative;

/** `a q^gamma (-t log p - (1 - t) log(1 - p))`. */
export const binaryFocal = sumOverOutputs(
  (p, t, constants) => {
    const q = p * (1 - t) + (1 - p) * t;
    return balance(t, constants) * q ** (constants.gamma ?? 0) * (-t * logOf(p) - (1 - t) * logOfRest(p));
  },
  (p, t, constants) => {
    const { gamma = 0 } = constants;
    const q = p * (1 - t) + (1 - p) * t;
    const error = -t * logOf(p) - (1 - t) * logOfRest(p);
    const slope = q === 0 ? 0 : gamma * q ** (gamma - 1) * (1 - 2 * t) * error;
    return balance(t, constants) * ((q ** gamma * (p - t)) / Math.max(p * (1 - p), LEAST_DIVISOR) + slope);
  },
);

/** `a q^gamma (max(z, 0) - z t + log(1 + exp(-|z|)))`. */
export const sigmoidFocal = sumOverOutputs(
  (z, t, constants) => {
    const q = logistic(z) * (1 - t) + logistic(-z) * t;
    return balance(t, constants) * q ** (constants.gamma ?? 0) * logisticErrorOfLogit(z, t);
  },
  (z, t, constants) => {
    const { gamma = 0 } = constants;
    const p = logistic(z);
    const rest = logistic(-z);
    const q = p * (1 - t) + rest * t;
    const slope = q === 0 ? 0 : (gamma * logisticErrorOfLogit(z, t) * (1 - 2 * t) * p * rest) / q;
    return balance(t, constants) * q ** gamma * (p * (1 - t) - rest * t + slope);
  },
);

/** The side that a target asks for: 1, or -1 for targets of 0 and -1. */
const sideOf = (t: number): number => (t > 0 ? 1 : -1);

/** `max(0, 1 - s y)`. */
export const hinge = sumOverOutputs(
  (y, t) => Math.max(0, 1 - sideOf(t) * y),
  (y, t) => (1 - sideOf(t) * y >= 0 ? -sideOf(t) : 0),
);
