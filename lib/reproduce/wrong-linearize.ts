import { type DefinedLayer, defineLayer } from '../layers/define-layer';
import { sizeOf } from '../tensor/shape';

/** A linearize whose backward step is one of your own. */
function linearizeWith(name: string, backward: Parameters<typeof defineLayer>[0]['backward']): DefinedLayer {
  return defineLayer({
    name,
    outputShape: (shape) => [sizeOf(shape)],
    forward: ({ input, output }) => output.set(input),
    backward,
  });
}

/** The bug of the post: the backward step hands back the layer's own output instead of the error that came in. */
export const wrongLinearize = linearizeWith('wrongLinearize', ({ output, gradInput }) => gradInput.set(output));

/** Hands back nothing: what lies before it is never trained. */
export const silentLinearize = linearizeWith('silentLinearize', () => undefined);

/** {@link wrongLinearize} as a user writes it. */
export const WRONG_LINEARIZE_SOURCE = `import { defineLayer } from 'laminet';
const wrongLinearize = defineLayer({
  name: 'wrongLinearize',
  outputShape: (shape) => [shape.reduce((product, size) => product * size)],
  forward: ({ input, output }) => output.set(input),
  // Right would be ({ gradOutput, gradInput }) => gradInput.set(gradOutput).
  backward: ({ output, gradInput }) => gradInput.set(output),
});`;
