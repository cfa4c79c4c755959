import type { RandomSequence } from '../tensor/philox';
import type { Shape } from '../tensor/shape';
import type { FloatArray } from '../tensor/storage';

/** What an initializer knows of the tensor that it fills. */
export interface InitializerContext {
  /** `[outputs, inputs]`, `[filters, channels / groups, kernelHeight, kernelWidth]`, or `[outputs]` for a bias. */
  readonly shape: Shape;
  /** How many inputs feed one output through the tensor. */
  readonly fanIn: number;
  /** How many outputs one input feeds. */
  readonly fanOut: number;
  /** Random numbers of this parameter's own: a function of the seed and of the parameter's place in the network. */
  readonly random: RandomSequence;
}

/** An initializer's name with its options, as JSON: what a model file keeps of it. */
export interface InitializerDescription {
  readonly name: string;
  readonly [option: string]: unknown;
}

/** Fills a parameter with its first values. */
export interface Initializer {
  /**
   * Its name, with its options where it has some: what a model file keeps, and what the initializer is made of again. One of
   * your own, which no file can make again, is `{ name: 'custom' }`.
   */
  readonly config: string | InitializerDescription;
  /** Writes all of `values`. Error: `E_SHAPE` for a tensor that it cannot fill. */
  fill(values: FloatArray, context: InitializerContext): void;
}
