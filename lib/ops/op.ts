import { LaminetError } from '../errors';
import { formatShape, type Shape } from '../tensor/shape';
import type { Geometry, TensorType } from './program';
import type { OpName } from './registry';

/** A tensor while a program is being written. */
export interface Value extends TensorType {
  readonly id: number;
  readonly name: string;
}

/** The result of an op's shape check. */
export interface Inference<G extends Geometry = Geometry> {
  readonly geometry: G;
  readonly outputs: readonly TensorType[];
}

/** What a gradient rule is given, and the one way in which it can answer: by emitting further instructions. */
export interface GradientContext<G extends Geometry = Geometry> {
  readonly geometry: G;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  /** The gradient of the loss with respect to the first output. */
  readonly gradOutput: Value;
  /** Whether anything wants the gradient of this input. */
  needs(input: number): boolean;
  /** Appends an instruction whose single output becomes the gradient of `input`. */
  give(input: number, op: OpName, operands: readonly (Value | undefined)[], geometry: Geometry): void;
  /** Appends an instruction that computes something which gradients need, called `name`, and returns it. */
  compute(
    op: OpName,
    operands: readonly (Value | undefined)[],
    name: string,
    type: TensorType,
    geometry: Geometry,
  ): Value;
  /** Says that the gradient of `input` is a value that is there already: {@link gradOutput}, or what was computed. */
  pass(input: number, gradient?: Value): void;
}

/**
 * One op: its shape check and its gradient rule. The arithmetic is the backends'.
 *
 * `infer` is the only place that checks shapes and computes geometry; kernels trust it. `gradient` is missing on ops that
 * are themselves gradients, losses' sums, metrics and updates.
 */
export interface Op<A = never, G extends Geometry = Geometry> {
  readonly name: OpName;
  /** Whether it is applied element by element and never decreases, so that a maximum may be taken before it. */
  readonly monotonic?: boolean;
  infer(inputs: readonly (TensorType | undefined)[], attributes: A): Inference<G>;
  gradient?(context: GradientContext<G>): void;
}

/** For ops that need to be told nothing. */
export type NoAttributes = Record<string, never>;

/** A batched tensor of numbers, the type of every activation. */
export function activationType(shape: Shape): TensorType {
  return { shape, kind: 'float', batched: true };
}

/** The input at `index`, which must be there. */
export function requireInput(op: string, inputs: readonly (TensorType | undefined)[], index: number): TensorType {
  const input = inputs[index];
  if (input === undefined) {
    throw new LaminetError('E_SHAPE', `${op}: input ${index} is missing`, { op, index });
  }
  return input;
}

/** Throws the error of a shape check. `op` is what users know the arithmetic by. */
export function refuse(op: string, found: Shape, expected: string): never {
  throw new LaminetError('E_SHAPE', `${op}: expected ${expected}, found ${formatShape(found)}`, {
    op,
    found,
    expected,
  });
}
