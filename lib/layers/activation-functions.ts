import {
  activation,
  type EluOptions,
  type HardtanhOptions,
  type LeakyReluOptions,
  type ScaledTanhOptions,
  type SoftplusOptions,
} from './activation';
import type { Layer, NamedOptions } from './layer';

// Below, f is the function and f' its derivative, from which the gradient is computed. Results of the native backend are
// right to a few units in the last place (docs/numerics.md). NaN stays NaN, and at the infinities each is its limit.

/**
 * Hyperbolic tangent of every element. `f' = 1 - f^2`.
 *
 * @example
 * tanh();
 */
export const tanh = (options?: NamedOptions): Layer => activation('tanh', options);

/**
 * Hyperbolic tangent between -amplitude and amplitude: `f = amplitude * tanh(scale * x)`;
 * `f' = amplitude * scale * (1 - (f / amplitude)^2)`. With the default options f(1) is 1 and f(-1) is -1, to four
 * digits, and the curve bends most there.
 *
 * Errors: `E_OPTION` for an amplitude or a scale that is not above 0.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, appendix A.
 *
 * @example
 * scaledTanh();
 */
export const scaledTanh = (options?: ScaledTanhOptions): Layer => activation('scaledTanh', options);

/**
 * The logistic function of every element, `f = 1 / (1 + exp(-x))`; `f' = f * (1 - f)`.
 *
 * @example
 * sigmoid();
 */
export const sigmoid = (options?: NamedOptions): Layer => activation('sigmoid', options);

/**
 * `f = max(x, 0)` of every element; `f' = 1` above 0, else 0.
 *
 * Source: Nair, Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
 *
 * @example
 * relu();
 */
export const relu = (options?: NamedOptions): Layer => activation('relu', options);

/**
 * `f = min(max(x, 0), 6)`; `f' = 1` between 0 and 6, else 0.
 *
 * Source: Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.
 *
 * @example
 * relu6();
 */
export const relu6 = (options?: NamedOptions): Layer => activation('relu6', options);

/**
 * `f = x` above 0, `f = negativeSlope * x` below; `f' = 1` above 0, else `negativeSlope`.
 *
 * Errors: `E_OPTION` for a slope below 0.
 * Source: Maas, Hannun, Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
 *
 * @example
 * leakyRelu({ negativeSlope: 0.1 });
 */
export const leakyRelu = (options?: LeakyReluOptions): Layer => activation('leakyRelu', options);

/**
 * `f = x` above 0, `f = alpha * (exp(x) - 1)` below; `f' = 1` above 0, else `f + alpha`.
 *
 * Errors: `E_OPTION` for an alpha below 0.
 * Source: Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network learning by exponential linear units (ELUs)",
 * 2016, section 3.
 *
 * @example
 * elu({ alpha: 0.5 });
 */
export const elu = (options?: EluOptions): Layer => activation('elu', options);

/**
 * `f = s * x` above 0, `f = s * a * (exp(x) - 1)` below, with `s = 1.0507...` and `a = 1.6732...`; `f' = s` above 0, else
 * `f + s * a`. Weights from `lecunNormal` then keep mean 0 and variance 1 from layer to layer.
 *
 * Source: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-normalizing neural networks", 2017, equation 2.
 *
 * @example
 * selu();
 */
export const selu = (options?: NamedOptions): Layer => activation('selu', options);

/**
 * `f = min(max(x, min), max)`; `f' = 1` between the two, else 0.
 *
 * Errors: `E_OPTION` unless `max` is above `min`.
 * Source: Collobert, "Large scale machine learning", 2004.
 *
 * @example
 * hardtanh({ min: -2, max: 2 });
 */
export const hardtanh = (options?: HardtanhOptions): Layer => activation('hardtanh', options);

/**
 * `f = min(max(x + 3, 0), 6) / 6`; `f' = 1/6` between -3 and 3, else 0.
 *
 * Source: Howard et al., "Searching for MobileNetV3", 2019, 5.2.
 *
 * @example
 * hardsigmoid();
 */
export const hardsigmoid = (options?: NamedOptions): Layer => activation('hardsigmoid', options);

/**
 * `f = x * min(max(x + 3, 0), 6) / 6`; `f' = x / 3 + 1/2` from -3 to 3, 0 below, 1 above.
 *
 * Source: Howard et al., "Searching for MobileNetV3", 2019, 5.2.
 *
 * @example
 * hardswish();
 */
export const hardswish = (options?: NamedOptions): Layer => activation('hardswish', options);

/**
 * Also called swish: `f = x * s` with `s = 1 / (1 + exp(-x))`; `f' = s + x * s * (1 - s)`.
 *
 * Source: Elfwing, Uchibe, Doya, "Sigmoid-weighted linear units for neural network function approximation in reinforcement
 * learning", 2018.
 *
 * @example
 * silu();
 */
export const silu = (options?: NamedOptions): Layer => activation('silu', options);

/**
 * `f = x * t` with `t = tanh(log(1 + exp(x)))`; `f' = t + x * (1 - t^2) / (1 + exp(-x))`.
 *
 * Source: Misra, "Mish: a self regularized non-monotonic activation function", 2020.
 *
 * @example
 * mish();
 */
export const mish = (options?: NamedOptions): Layer => activation('mish', options);

/**
 * `f = x * P(x)`, P(x) being the probability of a normal number below x, `(1 + erf(x / sqrt(2))) / 2`;
 * `f' = P(x) + x * exp(-x^2 / 2) / sqrt(2 pi)`.
 *
 * Source: Hendrycks, Gimpel, "Gaussian error linear units (GELUs)", 2016.
 *
 * @example
 * gelu();
 */
export const gelu = (options?: NamedOptions): Layer => activation('gelu', options);

/**
 * An approximation of {@link gelu} that is wrong by at most 0.0005: `f = x * (1 + tanh(u)) / 2` with
 * `u = sqrt(2 / pi) * (x + 0.044715 * x^3)`; `f' = (1 + tanh(u)) / 2 + x * (1 - tanh(u)^2) * u' / 2`.
 *
 * Source: Hendrycks, Gimpel, "Gaussian error linear units (GELUs)", 2016, section 2.
 *
 * @example
 * geluTanh();
 */
export const geluTanh = (options?: NamedOptions): Layer => activation('geluTanh', options);

/**
 * `f = log(1 + exp(beta * x)) / beta`, and x where `beta * x` is above the threshold; `f' = 1 / (1 + exp(-beta * x))`, and 1
 * there.
 *
 * Errors: `E_OPTION` for a beta that is not above 0.
 * Source: Dugas et al., "Incorporating second-order functional knowledge for better option pricing", 2000.
 *
 * @example
 * softplus({ beta: 2 });
 */
export const softplus = (options?: SoftplusOptions): Layer => activation('softplus', options);

/**
 * `f = x / (1 + |x|)`; `f' = (1 - |f|)^2`.
 *
 * Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
 *
 * @example
 * softsign();
 */
export const softsign = (options?: NamedOptions): Layer => activation('softsign', options);

/**
 * Probabilities over the first axis: `f[k] = exp(x[k]) / sum over j of exp(x[j])`. From the gradient g of f the input's is
 * `f[k] * (g[k] - sum over j of g[j] * f[j])`.
 *
 * @example
 * softmax();
 */
export const softmax = (options?: NamedOptions): Layer => activation('softmax', options);

/**
 * Logarithms of {@link softmax}'s probabilities, computed as `x[k] - log(sum over j of exp(x[j]))`. From the gradient g of
 * f the input's is `g[k] - exp(f[k]) * sum over j of g[j]`.
 *
 * @example
 * logSoftmax();
 */
export const logSoftmax = (options?: NamedOptions): Layer => activation('logSoftmax', options);
