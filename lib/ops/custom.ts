import { type Shape, sizeOf } from '../tensor/shape';
import { activationType, type Inference, type Op, requireInput, type Value } from './op';
import type { OpName } from './registry';

/**
 * Layers of the user's own compute with rows: all samples of a step, one behind the other, whatever the memory of other
 * tensors looks like. Rows are numbers of the whole step, `[batchSize, elements]`.
 */
export type RowsGeometry = { readonly elements: number };

/** Which of the program's functions to call, and how many numbers of one sample go in and come out. */
export type CustomGeometry = { readonly custom: number; readonly inputs: number; readonly outputs: number };

/** The same, and how many numbers there are behind the rows of the result: the gradients of all parameters, or none. */
export type CustomGradGeometry = CustomGeometry & { readonly gradients: number };

/** Which numbers of a step are the gradient of a parameter. */
export type TakeGradientGeometry = { readonly begin: number; readonly elements: number };

/** What an op between activations and rows must be told. */
export interface RowsAttributes {
  readonly batchSize: number;
  /** Of one sample, as an activation. */
  readonly shape: Shape;
}

/** What a layer of the user's own says of itself. */
export interface CustomAttributes {
  /** The place of its functions in the program's list. */
  readonly custom: number;
  readonly batchSize: number;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
}

/** Numbers of the whole step. */
const stepType = (shape: Shape) => ({ shape, kind: 'float', batched: false }) as const;

const rowsType = (batchSize: number, elements: number) => stepType([batchSize, elements]);

/** `rows` may have more behind them. */
function copying(name: OpName, gradient: OpName, toRows: boolean): Op<RowsAttributes, RowsGeometry> {
  return {
    name,
    infer(inputs, { batchSize, shape }): Inference<RowsGeometry> {
      requireInput(name, inputs, 0);
      const elements = sizeOf(shape);
      return { geometry: { elements }, outputs: [toRows ? rowsType(batchSize, elements) : activationType(shape)] };
    },
    gradient(context) {
      if (context.needs(0)) context.give(0, gradient, [context.gradOutput], context.geometry);
    },
  };
}

/** The rows of an activation. Backward: {@link fromRows}. */
export const toRows = copying('toRows', 'fromRows', true);

/** The activation of some rows. Backward: {@link toRows}. */
export const fromRows = copying('fromRows', 'toRows', false);

/**
 * A function of the user's, of rows and of parameters. Backward: another function of the user's, which is given the input,
 * the output and the output's gradient, and fills the gradients of the input and of all parameters.
 */
export const custom: Op<CustomAttributes, CustomGeometry> = {
  name: 'custom',

  infer(inputs, { custom: number, batchSize, inputShape, outputShape }): Inference<CustomGeometry> {
    requireInput('custom', inputs, 0);
    const geometry = { custom: number, inputs: sizeOf(inputShape), outputs: sizeOf(outputShape) };
    return { geometry, outputs: [rowsType(batchSize, geometry.outputs)] };
  },

  gradient(context) {
    const [x, ...parameters] = context.inputs;
    // A layer is frozen as a whole: its parameters are all trained, or none is.
    const trained = parameters.filter((_, index) => context.needs(index + 1)) as Value[];
    const sizes = trained.map(({ shape }) => sizeOf(shape));
    const gradients = sizes.reduce((sum, size) => sum + size, 0);
    const rows = sizeOf((x as Value).shape);
    // The gradient of the rows, and behind it those of the parameters.
    const all = context.compute(
      'customGrad',
      [context.gradOutput, x, context.outputs[0], ...parameters],
      'gradients',
      stepType([rows + gradients]),
      { ...context.geometry, gradients },
    );
    context.pass(0, all);
    let begin = rows;
    for (const [index, elements] of sizes.entries()) {
      context.give(index + 1, 'takeGradient', [all], { begin, elements });
      begin += elements;
    }
  },
};
