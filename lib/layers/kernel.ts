import { type ConstraintLike, toConstraint } from '../constraints/max-norm';
import { type InitializerLike, toInitializer } from '../initializers/initializer';
import { type RegularizerLike, toRegularizer } from '../regularizers/regularizer';
import type { Shape } from '../tensor/shape';
import type { LayerConfig, ParameterSpec, TrainedOptions } from './layer';

/** The options of layers that have a kernel, the weights that their input meets, and a bias. */
export interface KernelOptions extends TrainedOptions {
  /** Whether each output adds a number of its own. Default: true. */
  readonly useBias?: boolean;
  /** Default: `glorotUniform`. */
  readonly kernelInitializer?: InitializerLike;
  /** Default: `zeros`. */
  readonly biasInitializer?: InitializerLike;
  /** A penalty on the weights, `l2(1e-4)`. Default: that of the network, `compile({ regularizer })`, if there is one. */
  readonly kernelRegularizer?: RegularizerLike;
  /** A penalty on the biases. Default: none, unless the network's is for biases, too. */
  readonly biasRegularizer?: RegularizerLike;
  /** What the weights of each filter or unit are kept to after each update, `maxNorm(3)`. Default: none. */
  readonly kernelConstraint?: ConstraintLike;
}

/** A kernel and a bias, their options checked. */
export interface Kernel {
  /** The options as JSON; those that are left out are not in it. */
  readonly config: LayerConfig;
  /** The weight, and the bias if there is one. */
  parameters(weightShape: Shape, outputs: number, fans: Pick<ParameterSpec, 'fanIn' | 'fanOut'>): ParameterSpec[];
}

/** Reads the options of a kernel. Errors: `E_OPTION`, `E_UNKNOWN` for a name. */
export function toKernel(options: KernelOptions): Kernel {
  const { useBias = true } = options;
  const kernelInitializer = toInitializer(options.kernelInitializer ?? 'glorotUniform');
  const biasInitializer = toInitializer(options.biasInitializer ?? 'zeros');
  const regularizers = {
    ...(options.kernelRegularizer && {
      kernelRegularizer: toRegularizer('kernelRegularizer', options.kernelRegularizer),
    }),
    ...(options.biasRegularizer && { biasRegularizer: toRegularizer('biasRegularizer', options.biasRegularizer) }),
  };
  const constraints = options.kernelConstraint && {
    kernelConstraint: toConstraint('kernelConstraint', options.kernelConstraint),
  };
  return {
    config: {
      useBias,
      kernelInitializer: kernelInitializer.config,
      biasInitializer: biasInitializer.config,
      ...regularizers,
      ...constraints,
    },
    parameters(weightShape, outputs, fans) {
      const weight: ParameterSpec = {
        name: 'weight',
        kind: 'weight',
        shape: weightShape,
        initializer: kernelInitializer,
        ...fans,
        ...(regularizers.kernelRegularizer && { regularizer: regularizers.kernelRegularizer }),
        ...(constraints && { constraint: constraints.kernelConstraint }),
      };
      const bias: ParameterSpec = {
        name: 'bias',
        kind: 'bias',
        shape: [outputs],
        initializer: biasInitializer,
        ...fans,
        ...(regularizers.biasRegularizer && { regularizer: regularizers.biasRegularizer }),
      };
      return useBias ? [weight, bias] : [weight];
    },
  };
}
