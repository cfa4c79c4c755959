import type { ElementwiseGeometry } from '../../ops/elementwise';
import type { Geometry } from '../../ops/program';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';
import { cumulativeNormal, normalDensity } from './normal';

type Forward<G extends Geometry> = Kernel<ElementwiseGeometry & G, [x: FloatArray], [y: FloatArray]>;
type Backward<G extends Geometry> = Kernel<
  ElementwiseGeometry & G,
  [gradOutput: FloatArray, v: FloatArray],
  [gradInput: FloatArray]
>;

/** Applies `value` to every element. */
function forward<G extends Geometry>(value: (x: number, constants: G) => number): Forward<G> {
  return ({ geometry, inputs: [x], outputs: [y], step: { count } }) => {
    for (let index = 0; index < count * geometry.elements; index++) y[index] = value(x[index] as number, geometry);
  };
}

/** Gives every element its gradient: from the one that comes in, and from the function's argument or its value, `v`. */
function backward<G extends Geometry>(gradient: (gradOutput: number, v: number, constants: G) => number): Backward<G> {
  return ({ geometry, inputs: [gradOutput, v], outputs: [gradInput], step: { count } }) => {
    for (let index = 0; index < count * geometry.elements; index++) {
      gradInput[index] = gradient(gradOutput[index] as number, v[index] as number, geometry);
    }
  };
}

/** The logistic function. Exact at both ends: exp(-x) overflows to infinity for x below -709, and 1 / infinity is 0. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** `x * factor` for a factor that goes to 0 faster than x to infinity: 0 at the infinities, too, with the sign of x. */
function times(x: number, factor: number): number {
  return factor === 0 && !Number.isFinite(x) ? Math.sign(x) * 0 : x * factor;
}

/** `log(1 + exp(x))`, without overflow. */
function logOnePlusExp(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** `min(max(x + 3, 0), 6) / 6`. */
function hardSigmoid(x: number): number {
  return Math.min(Math.max(x + 3, 0), 6) / 6;
}

const GELU_LINEAR = 2 * Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715 * GELU_LINEAR;

/** What geluTanh takes the logistic function of. */
function geluInner(x: number): number {
  return x * (GELU_LINEAR + GELU_CUBIC * x * x);
}

/**
 * The derivative of hardsigmoid between its ends: 1/6 in single precision, also where everything else is in double, as
 * PyTorch has it.
 */
const SIXTH = Math.fround(1 / 6);

/** The functions of lib/ops/elementwise.ts, and their gradients; the formulas stand there. */
export const elementwise = {
  tanh: forward(Math.tanh),
  tanhGrad: backward((g, y) => g * (1 - y * y)),

  sigmoid: forward(logistic),
  sigmoidGrad: backward((g, y) => g * y * (1 - y)),

  relu: forward((x) => Math.max(x, 0)),
  reluGrad: backward((g, y) => (y > 0 ? g : 0)),

  scaledTanh: forward<{ amplitude: number; scale: number }>(
    (x, { amplitude, scale }) => amplitude * Math.tanh(scale * x),
  ),
  scaledTanhGrad: backward<{ amplitude: number; scale: number }>(
    (g, y, { amplitude, scale }) => g * amplitude * scale * (1 - (y / amplitude) ** 2),
  ),

  leakyRelu: forward<{ negativeSlope: number }>((x, { negativeSlope }) => (x < 0 ? negativeSlope * x : x)),
  leakyReluGrad: backward<{ negativeSlope: number }>((g, y, { negativeSlope }) => (y > 0 ? g : negativeSlope * g)),

  elu: forward<{ slope: number; saturation: number }>((x, { slope, saturation }) =>
    x < 0 ? saturation * Math.expm1(x) : slope * x,
  ),
  eluGrad: backward<{ slope: number; saturation: number }>((g, y, { slope, saturation }) =>
    y > 0 ? slope * g : (y + saturation) * g,
  ),

  hardtanh: forward<{ lower: number; upper: number }>((x, { lower, upper }) => Math.min(Math.max(x, lower), upper)),
  hardtanhGrad: backward<{ lower: number; upper: number }>((g, y, { lower, upper }) =>
    lower < y && y < upper ? g : 0,
  ),

  hardsigmoid: forward(hardSigmoid),
  hardsigmoidGrad: backward((g, y) => (y > 0 && y < 1 ? g * SIXTH : 0)),

  hardswish: forward((x) => times(x, hardSigmoid(x))),
  hardswishGrad: backward((g, x) => {
    if (x > 3) return g;
    return x < -3 ? 0 : g * (x / 3 + 0.5);
  }),

  silu: forward((x) => times(x, logistic(x))),
  siluGrad: backward((g, x) => g * (logistic(x) + times(x, logistic(x) * logistic(-x)))),

  mish: forward((x) => times(x, Math.tanh(logOnePlusExp(x)))),
  mishGrad: backward((g, x) => {
    const t = Math.tanh(logOnePlusExp(x));
    return g * (t + times(x, (1 - t * t) * logistic(x)));
  }),

  gelu: forward((x) => times(x, cumulativeNormal(x))),
  geluGrad: backward((g, x) => g * (cumulativeNormal(x) + times(x, normalDensity(x)))),

  geluTanh: forward((x) => times(x, logistic(geluInner(x)))),
  geluTanhGrad: backward((g, x) => {
    const w = geluInner(x);
    const growth = x * (GELU_LINEAR + 3 * GELU_CUBIC * x * x);
    return g * (logistic(w) + times(growth, logistic(w) * logistic(-w)));
  }),

  softplus: forward<{ beta: number; threshold: number }>((x, { beta, threshold }) =>
    beta * x > threshold ? x : logOnePlusExp(beta * x) / beta,
  ),
  softplusGrad: backward<{ beta: number; threshold: number }>((g, x, { beta, threshold }) =>
    beta * x > threshold ? g : g * logistic(beta * x),
  ),

  softsign: forward((x) => (Number.isFinite(x) ? x / (1 + Math.abs(x)) : Math.sign(x))),
  softsignGrad: backward((g, y) => g * (1 - Math.abs(y)) ** 2),
};
