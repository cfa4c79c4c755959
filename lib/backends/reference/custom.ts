import type { CustomGeometry, CustomGradGeometry, RowsGeometry, TakeGradientGeometry } from '../../ops/custom';
import type { CustomFunctions } from '../../ops/program';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel, Step } from './kernel';

/** Here activations are rows already. */
export const toRows: Kernel<RowsGeometry> = ({ geometry, inputs: [from], outputs: [to], step }) => {
  to.set(rows(from, step, geometry.elements));
};

export const fromRows: Kernel<RowsGeometry> = toRows;

/** Calls the user's `forward` with the rows of the step's samples. */
export const custom: Kernel<CustomGeometry, readonly FloatArray[], [FloatArray]> = ({
  geometry,
  inputs: [input, ...parameters],
  outputs: [output],
  step,
}) => {
  functionsOf(step, geometry).forward({
    samples: step.count,
    input: rows(input, step, geometry.inputs),
    parameters,
    output: rows(output, step, geometry.outputs),
  });
};

/** Calls the user's `backward`, with zeros to add gradients to. */
export const customGrad: Kernel<CustomGradGeometry, readonly FloatArray[], [FloatArray]> = ({
  geometry,
  inputs: [gradOutput, input, output, ...parameters],
  outputs: [all],
  step,
}) => {
  all.fill(0);
  let end = all.length - geometry.gradients;
  const trained = geometry.gradients > 0 ? parameters : [];
  functionsOf(step, geometry).backward({
    samples: step.count,
    input: rows(input, step, geometry.inputs),
    parameters,
    output: rows(output, step, geometry.outputs),
    gradOutput: rows(gradOutput, step, geometry.outputs),
    gradInput: rows(all, step, geometry.inputs),
    gradients: trained.map(({ length }) => {
      const begin = end;
      end += length;
      return all.subarray(begin, end);
    }),
  });
};

/** A parameter's gradient, out of what `customGrad` computed. */
export const takeGradient: Kernel<TakeGradientGeometry> = ({ geometry, inputs: [all], outputs: [gradient] }) => {
  gradient.set(all.subarray(geometry.begin, geometry.begin + geometry.elements));
};

function functionsOf({ customs }: Step, { custom: number }: CustomGeometry): CustomFunctions {
  return customs[number] as CustomFunctions;
}

function rows(values: FloatArray | undefined, { count }: Step, width: number): FloatArray {
  return (values as FloatArray).subarray(0, count * width);
}
