import { type Conv2dOptions, conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import type { Layer } from '../../lib/layers/layer';
import { sequential } from '../../lib/model/sequential';
import type { Shape } from '../../lib/tensor/shape';
import { firstValues } from '../support/first-values';
import { normals } from '../support/random';

/** What a layer with these first weights makes of one sample. */
function outputOf(layer: Layer, inputShape: Shape, sample: Float64Array): number[] {
  using model = sequential([layer], { inputShape }).compile({ loss: 'sse', backend: 'reference' });
  return [...model.predictSync(Float32Array.from(sample)).data];
}

describe('dirac', () => {
  const sample = normals(4 * 5 * 6, 1);
  const convolution = (options: Partial<Conv2dOptions>): Layer =>
    conv2d({ filters: 4, kernelSize: 3, padding: 'same', kernelInitializer: 'dirac', ...options });

  it.each<Partial<Conv2dOptions>>([
    {},
    { kernelSize: 1 },
    { kernelSize: [2, 4] },
    { kernelSize: [5, 3], dilation: 2 },
    { groups: 2 },
    { groups: 4 },
  ])('makes a convolution hand on its input: %p', (options) => {
    expect(outputOf(convolution(options), [4, 5, 6], sample)).toEqual([...sample]);
  });

  it('hands on the first channels where there are fewer filters, and zeros behind them where there are more', () => {
    expect(outputOf(convolution({ filters: 2 }), [4, 5, 6], sample)).toEqual([...sample.subarray(0, 60)]);
    const more = outputOf(convolution({ filters: 6 }), [4, 5, 6], sample);
    expect(more).toEqual([...sample, ...new Array(60).fill(0)]);
  });

  it('hands on the channels of each group', () => {
    const output = outputOf(convolution({ filters: 2, groups: 2 }), [4, 5, 6], sample);
    expect(output).toEqual([...sample.subarray(0, 30), ...sample.subarray(60, 90)]);
  });

  it('is the identity for a fully connected layer', () => {
    const layer = dense({ units: 7, kernelInitializer: 'dirac' });
    expect(outputOf(layer, [7], sample.subarray(0, 7))).toEqual([...sample.subarray(0, 7)]);
  });

  it('refuses other tensors', () => {
    expect(() => firstValues('dirac', [10])).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        message: 'dirac fills the weights of fully connected layers and convolutions, found 10',
      }),
    );
    expect(() => firstValues('dirac', [4, 3], { fanOut: 3 })).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
  });
});
