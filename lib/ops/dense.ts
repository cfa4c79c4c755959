import { formatShape } from '../tensor/shape';
import { activationType, type Inference, type NoAttributes, type Op, refuse, requireInput } from './op';

/** The sizes of a fully connected layer. */
export type DenseGeometry = { readonly inputs: number; readonly outputs: number };

/**
 * A fully connected layer: `y = weight * x + bias`, with x of [inputs], weight of [outputs, inputs], bias of [outputs] or
 * missing. Backward: gradInput = transposed weight * g, gradWeight = sum over the batch of g times x, gradBias = sum of g.
 */
export const dense: Op<NoAttributes, DenseGeometry> = {
  name: 'dense',

  infer(operands): Inference<DenseGeometry> {
    const { shape } = requireInput('dense', operands, 0);
    const { shape: weight } = requireInput('dense', operands, 1);
    const bias = operands[2]?.shape;
    const [outputs, inputs] = weight;
    if (weight.length !== 2 || outputs === undefined || inputs === undefined) {
      refuse('dense', weight, 'weights of [outputs, inputs]');
    }
    if (shape.length !== 1 || shape[0] !== inputs) {
      refuse('dense', shape, `a flat input of ${inputs} for weights of ${formatShape(weight)}`);
    }
    if (bias !== undefined && (bias.length !== 1 || bias[0] !== outputs)) refuse('dense', bias, `a bias of ${outputs}`);
    return { geometry: { inputs, outputs }, outputs: [activationType([outputs])] };
  },

  gradient(context) {
    const [x, weight, bias] = context.inputs;
    const { geometry, gradOutput } = context;
    if (context.needs(0)) context.give(0, 'denseGradInput', [gradOutput, weight], geometry);
    if (context.needs(1)) context.give(1, 'denseGradWeight', [gradOutput, x], geometry);
    if (bias && context.needs(2)) {
      context.give(2, 'biasGrad', [gradOutput], { channels: geometry.outputs, pixels: 1 });
    }
  },
};
