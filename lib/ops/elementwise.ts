import { sizeOf } from '../tensor/shape';
import { activationType, type Inference, type NoAttributes, type Op, requireInput } from './op';
import type { OpName } from './registry';

/** The number of elements that a function is applied to, each by itself. */
export type ElementwiseGeometry = { readonly elements: number };

/** What a function is told beside its argument: the same for every element. */
type Constants<C extends string> = Readonly<Record<C, number>>;

/** The ops that have a gradient of their own by that name. */
type Differentiable = { [N in OpName]: `${N}Grad` extends OpName ? N : never }[OpName];

interface Rules<C extends string> {
  /** What its derivative is computed from, beside the gradient that comes in: the function's argument x or its value y. */
  readonly gradientFrom: 'input' | 'output';
  /** Whether it never decreases. Default: false. */
  readonly monotonic?: boolean;
  /** Its constants, in the order in which they follow the number of elements. Default: none. */
  readonly constants?: readonly C[];
}

/** An op that applies one function to every element. Its gradient op, `<name>Grad`, has the same geometry. */
function elementwise<C extends string = never>(
  name: Differentiable,
  { gradientFrom, monotonic = false, constants = [] }: Rules<C>,
): Op<[C] extends [never] ? NoAttributes : Constants<C>, ElementwiseGeometry & Constants<C>> {
  return {
    name,
    monotonic,
    infer(inputs, attributes): Inference<ElementwiseGeometry & Constants<C>> {
      const { shape } = requireInput(name, inputs, 0);
      const values = Object.fromEntries(constants.map((key) => [key, (attributes as Constants<C>)[key]]));
      return {
        geometry: { elements: sizeOf(shape), ...(values as Constants<C>) },
        outputs: [activationType(shape)],
      };
    },
    gradient(context) {
      if (!context.needs(0)) return;
      const [value] = gradientFrom === 'input' ? context.inputs : context.outputs;
      context.give(0, `${name}Grad`, [context.gradOutput, value], context.geometry);
    },
  };
}

/** Hyperbolic tangent. Backward: `g * (1 - y^2)`. */
export const tanh = elementwise('tanh', { gradientFrom: 'output', monotonic: true });

/** The logistic function, `1 / (1 + exp(-x))`. Backward: `g * y * (1 - y)`. */
export const sigmoid = elementwise('sigmoid', { gradientFrom: 'output', monotonic: true });

/** `max(x, 0)`; NaN stays NaN. Backward: g where y is above 0, else 0. */
export const relu = elementwise('relu', { gradientFrom: 'output', monotonic: true });

/** `amplitude * tanh(scale * x)`, both positive. Backward: `g * amplitude * scale * (1 - (y / amplitude)^2)`. */
export const scaledTanh = elementwise('scaledTanh', {
  gradientFrom: 'output',
  monotonic: true,
  constants: ['amplitude', 'scale'],
});

/** x where it is at least 0, else `negativeSlope * x`, a slope of at least 0. Backward: g where y is above 0, else `negativeSlope * g`. */
export const leakyRelu = elementwise('leakyRelu', {
  gradientFrom: 'output',
  monotonic: true,
  constants: ['negativeSlope'],
});

/**
 * `slope * x` where x is at least 0, else `saturation * (exp(x) - 1)`, both at least 0. Backward: `slope * g` where y is
 * above 0, else `(y + saturation) * g`.
 */
export const elu = elementwise('elu', {
  gradientFrom: 'output',
  monotonic: true,
  constants: ['slope', 'saturation'],
});

/** `min(max(x, lower), upper)`; NaN stays NaN. Backward: g where y lies between the two, else 0. */
export const hardtanh = elementwise('hardtanh', {
  gradientFrom: 'output',
  monotonic: true,
  constants: ['lower', 'upper'],
});

/** `min(max(x + 3, 0), 6) / 6`. Backward: `g / 6` where y lies between 0 and 1, else 0. */
export const hardsigmoid = elementwise('hardsigmoid', { gradientFrom: 'output', monotonic: true });

/** `x * min(max(x + 3, 0), 6) / 6`. Backward: 0 for x below -3, g above 3, else `g * (x / 3 + 1 / 2)`. */
export const hardswish = elementwise('hardswish', { gradientFrom: 'input' });

/** `x * s` with `s = sigmoid(x)`. Backward: `g * (s + x * s * (1 - s))`. */
export const silu = elementwise('silu', { gradientFrom: 'input' });

/** `x * t` with `t = tanh(log(1 + exp(x)))`. Backward: `g * (t + x * (1 - t^2) * sigmoid(x))`. */
export const mish = elementwise('mish', { gradientFrom: 'input' });

/**
 * `x * P(x)`, P being the cumulative distribution of the normal distribution. Backward: `g * (P(x) + x * p(x))`, with the
 * density `p(x) = exp(-x^2 / 2) / sqrt(2 pi)`.
 */
export const gelu = elementwise('gelu', { gradientFrom: 'input' });

/**
 * `x * s` with `s = sigmoid(w)` and `w = 2 sqrt(2 / pi) * (x + 0.044715 x^3)`. Backward: `g * (s + x * w' * s * (1 - s))`,
 * `w' = 2 sqrt(2 / pi) * (1 + 3 * 0.044715 x^2)`.
 */
export const geluTanh = elementwise('geluTanh', { gradientFrom: 'input' });

/**
 * `log(1 + exp(beta * x)) / beta`, and x where `beta * x` is above the threshold. Backward: `g * sigmoid(beta * x)`, and g
 * there. At the threshold it falls by what it then leaves out.
 */
export const softplus = elementwise('softplus', { gradientFrom: 'input', constants: ['beta', 'threshold'] });

/** `x / (1 + |x|)`. Backward: `g * (1 - |y|)^2`. */
export const softsign = elementwise('softsign', { gradientFrom: 'output', monotonic: true });
