import type { CustomFunctions, Geometry } from '../../ops/program';
import type { FloatArray } from '../../tensor/storage';
import type { RunRequest } from '../backend';

/** What the kernels of one step share. The interpreter changes it from step to step; kernels only read it. */
export interface Step {
  /** The run's memory: data set, order, results. */
  readonly request: RunRequest;
  /** The program's custom functions. */
  readonly customs: readonly CustomFunctions[];
  /** This step's number in the run, from 0 on. */
  number: number;
  /** Samples of this step: at most the program's batch size. */
  count: number;
  /** The entry of the order that is this step's first sample. */
  first: number;
  /** The step's part of the samples of its update. */
  share: number;
  /** Whether it is the first of the steps that its update is made of. */
  beginsUpdate: boolean;
  /** Whether it is the last of them. */
  updates: boolean;
  /** The update's factor on gradients; 0 where nothing is updated. */
  learningRate: number;
  /** The update's numbers beside the rate. */
  factors: Float64Array;
}

/** Class numbers, or places in a pooling window. */
export type IndexArray = Int32Array;

/** A tensor's memory: for a batched tensor `[count][elements]`, one sample after another. An input may be left out. */
export type Operand = FloatArray | IndexArray | undefined;

/** One instruction, bound to the memory that it works on. */
export interface KernelCall<G extends Geometry, I extends readonly Operand[], O extends readonly Operand[]> {
  readonly geometry: G;
  readonly inputs: I;
  readonly outputs: O;
  readonly step: Step;
}

/**
 * The arithmetic of one op: overwrites all rows of `outputs` that belong to the step. Sums run in double precision, whatever
 * the memory's precision, and are rounded once, when they are stored.
 */
export type Kernel<
  G extends Geometry,
  I extends readonly Operand[] = [FloatArray],
  O extends readonly Operand[] = [FloatArray],
> = (call: KernelCall<G, I, O>) => void;

/** A kernel of any op. What it is called with has been checked against the op when the program was compiled. */
export type AnyKernel = Kernel<never, never, never>;
