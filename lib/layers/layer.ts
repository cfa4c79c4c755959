import type { MaxNorm } from '../constraints/max-norm';
import type { Initializer } from '../initializers/initializer';
import type { Op, Value } from '../ops/op';
import type { CustomFunctions, Geometry } from '../ops/program';
import type { Regularizer } from '../regularizers/regularizer';
import type { Shape } from '../tensor/shape';

/**
 * What a parameter is to its layer: what its input is multiplied by, what is added to that, or a number of a normalization
 * or an activation.
 */
export type ParameterKind = 'weight' | 'bias' | 'norm';

/** A tensor of numbers that a layer asks for: trained, or kept beside the trained ones. */
export interface ParameterSpec {
  /** Its name inside the layer: `weight`, `bias`. */
  readonly name: string;
  readonly kind: ParameterKind;
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** How many inputs feed one output through this tensor, and how many outputs one input feeds: what initializers scale by. */
  readonly fanIn: number;
  readonly fanOut: number;
  /** Whether gradients change it. Default: true. */
  readonly trainable?: boolean;
  /** A penalty of its own. Default: the network's, if that has one for the kind. */
  readonly regularizer?: Regularizer;
  /** Kept after each update. Default: none. */
  readonly constraint?: MaxNorm;
}

/** How a layer writes its part of the program: it names ops, and gets the value that each computes. */
export interface Emitter {
  /** Whether the program trains the network: some layers compute something else then. */
  readonly training: boolean;
  /** The most samples of a step. */
  readonly batchSize: number;
  /** The name of the layer that is being emitted. */
  readonly layer: string;
  /** Whether the layer that is being emitted is frozen: its parameters, and what it keeps beside them, stay as they are. */
  readonly frozen: boolean;
  emit<A, G extends Geometry>(op: Op<A, G>, inputs: readonly (Value | undefined)[], attributes: A): Value;
  /** The number of a use of random numbers, another at each call: what the layer draws by it, no other layer draws. */
  nextRandomUse(): number;
  /** Takes the functions of a layer of the user's own into the program; returns their number. */
  custom(functions: CustomFunctions): number;
  /** Adds something to be done at the end of each step of training, after the gradients. */
  update<A, G extends Geometry>(op: Op<A, G>, inputs: readonly (Value | undefined)[], attributes: A): void;
}

/** A layer fitted to its input, or to its inputs where it is a {@link JoiningLayer}. */
export interface BuiltLayer<Input = Value> {
  readonly outputShape: Shape;
  readonly parameters: readonly ParameterSpec[];
  /** Multiplications and additions of one forward pass of one sample; activations count one an element. */
  readonly flops: number;
  /** Emits the layer's ops. `parameters` are in the order of {@link parameters}. */
  emit(emitter: Emitter, input: Input, parameters: readonly Value[]): Value;
}

/** The description of a layer: what the user writes. It holds no numbers and can be used in several networks. */
export interface Layer {
  /** The function that made it, and the first part of its default name. */
  readonly kind: string;
  readonly name: string | undefined;
  /** Whether models train it, unless they are told otherwise by `freeze` and `unfreeze`. Default: true. */
  readonly trainable?: boolean;
  /** Its options as JSON, all defaults filled in: the layer is rebuilt from them when a model is loaded. */
  readonly config: LayerConfig;
  /** Fits the layer to an input and checks that it can be. */
  build(inputShape: Shape): BuiltLayer;
}

/** The description of a layer that takes several inputs: what {@link add} and its like put into a network. */
export interface JoiningLayer {
  readonly kind: string;
  readonly name: string | undefined;
  readonly trainable?: boolean;
  readonly config: LayerConfig;
  /** Fits the layer to its inputs, in their order, and checks that it can be. */
  join(inputShapes: readonly Shape[]): BuiltLayer<readonly Value[]>;
}

/** Options that survive JSON. */
export type LayerConfig = Readonly<Record<string, unknown>>;

/** The option that every layer takes. */
export interface NamedOptions {
  /** What to call the layer in listings, errors and weight files. Default: its kind and a number, `conv2d_1`. */
  readonly name?: string;
}

/** The options of every layer that has parameters. */
export interface TrainedOptions extends NamedOptions {
  /** Whether the layer is trained; a model's `freeze` and `unfreeze` change it for that model. Default: true. */
  readonly trainable?: boolean;
}
