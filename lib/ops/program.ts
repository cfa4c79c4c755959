import type { Shape } from '../tensor/shape';
import type { FloatArray } from '../tensor/storage';
import type { OpName } from './registry';

/** What a tensor's elements are: numbers in the run's precision, class labels, or places inside a pooling window. */
export type ElementKind = 'float' | 'label' | 'index';

/**
 * What a tensor is in a program. Activations, and the gradients of activations, live in the backend's own memory;
 * parameters and their gradients in the model's. Where a parameter is used several times, each use has a `partial`
 * gradient, in the backend's memory; `add` makes the gradient of them. Scalars and statistics are computed from all samples
 * of a step: one number, or several: some for each channel, or all samples' rows. `accumulated` is a parameter's gradient
 * gathered over the steps of an update, in the backend's memory. `weights` are the samples' shares of the step's loss, which
 * the run brings. `state` is what an optimizer keeps of a parameter, in the model's memory:
 * an update's inputs are the parameter, its gradient, and its state in the slots' order.
 */
export type TensorRole =
  | 'activation'
  | 'parameter'
  | 'gradient'
  | 'targets'
  | 'scalar'
  | 'partial'
  | 'statistics'
  | 'state'
  | 'accumulated'
  | 'weights';

/** The shape, element kind and batching of a value. `shape` leaves out the batch. */
export interface TensorType {
  readonly shape: Shape;
  readonly kind: ElementKind;
  /** Whether there is one such tensor per sample, rather than one for the whole program. */
  readonly batched: boolean;
}

/** One numbered tensor of a program. */
export interface ProgramTensor extends TensorType {
  readonly id: number;
  /** `conv2d_1.weight`, `tanh_1`, `grad tanh_1`: for listings and errors. */
  readonly name: string;
  readonly role: TensorRole;
  /** For a parameter, its gradient, parts of that, and its state: the index in {@link Program.parameters}. */
  readonly parameter?: number;
  /** For state: which of {@link Program.stateSlots} it lies in. */
  readonly slot?: number;
}

/** Whole numbers, factors and tables that an instruction needs, computed once and trusted by every kernel. */
export type Geometry = Readonly<Record<string, number | readonly number[]>>;

/** The number in a field of a geometry; `missing` where it has no such field, or a table. */
export function fieldOf(geometry: Geometry, field: string, missing: number): number {
  const value = geometry[field];
  return typeof value === 'number' ? value : missing;
}

/**
 * The part of a step that an instruction belongs to. What `finish` holds is done at the end of each step, what `update` holds
 * only in steps that update (see {@link Program.stepsPerUpdate}); neither where the loss is not finite.
 */
export type Phase = 'input' | 'forward' | 'loss' | 'backward' | 'finish' | 'update';

/** One instruction: an op over numbered tensors. Inputs that are left out (a missing bias) are -1. */
export interface Instruction {
  readonly op: OpName;
  readonly phase: Phase;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly geometry: Geometry;
  /** The layer that emitted it, for listings, profiles and errors. */
  readonly layer: string;
}

/** Where a parameter lies in the flat parameter buffer; its gradient has the same place in the gradient buffer. */
export interface ParameterSlot {
  readonly name: string;
  readonly shape: Shape;
  /** In elements. */
  readonly offset: number;
  readonly size: number;
}

/** How one sample is stored in a data set, before the program's first instruction turns it into numbers. */
export interface SourceFormat {
  readonly kind: 'uint8' | 'float';
  /** The stored shape, without padding. */
  readonly shape: Shape;
}

/** What a layer of the user's own computes with, forward: rows of samples, one behind the other. */
export interface CustomForward {
  readonly samples: number;
  readonly input: FloatArray;
  readonly parameters: readonly FloatArray[];
  /** To be filled. */
  readonly output: FloatArray;
}

/** The same, backward. */
export interface CustomBackward extends CustomForward {
  readonly gradOutput: FloatArray;
  /** Zeros, to be filled. */
  readonly gradInput: FloatArray;
  /** Zeros, one array a parameter, to be added to; none where the parameters are not trained. */
  readonly gradients: readonly FloatArray[];
}

/** The arithmetic of a layer of the user's own. What it throws ends the run. */
export interface CustomFunctions {
  forward(call: CustomForward): void;
  backward(call: CustomBackward): void;
}

/** What a program is compiled for. */
export type Purpose = 'train' | 'evaluate' | 'predict';

/** How targets are given: one class number a sample, or as many numbers as the network puts out. */
export type TargetKind = 'classes' | 'values' | 'none';

/** A network compiled for a purpose: what a backend plans and runs. */
export interface Program {
  readonly purpose: Purpose;
  /** The most samples a step takes; a step may have fewer. */
  readonly batchSize: number;
  readonly source: SourceFormat;
  readonly targets: TargetKind;
  /** Whether a run says what share of its step's loss each sample has; else all have the same. */
  readonly weighted: boolean;
  readonly tensors: readonly ProgramTensor[];
  readonly instructions: readonly Instruction[];
  /** What `custom` instructions call, by the number in their geometry. */
  readonly customs: readonly CustomFunctions[];
  readonly parameters: readonly ParameterSlot[];
  /** Elements of the flat parameter buffer. */
  readonly parameterElements: number;
  /** Parameters are updated once in so many steps, and in the last step of a run. */
  readonly stepsPerUpdate: number;
  /** Numbers that the optimizer keeps for each number of the parameters. */
  readonly stateSlots: number;
  /** Numbers that updates are given beside the learning rate, for each update. */
  readonly stepFactors: number;
  /** The tensors whose values a run hands back for every sample, each by a scatter instruction. */
  readonly results: readonly number[];
  /** The mean loss of a step, or -1. */
  readonly loss: number;
  /** The count of correctly classified samples of a step, or -1. */
  readonly correct: number;
  /** The penalty on the weights that a step begins with, or -1. */
  readonly penalty: number;
}
