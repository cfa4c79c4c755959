import { LaminetError } from '../../lib/errors';
import { crossEntropy, meanSquaredError } from '../../lib/losses/loss';
import { toLosses } from '../../lib/losses/several';

describe('the losses of several outputs', () => {
  it('are one for each, a single one for all, times their weights', () => {
    const made = toLosses(['mse', 'crossEntropy'], [1, 4], [3, 5]);
    expect(made.map((loss, index) => [loss.name, loss.divisor([3, 5][index] ?? 0)])).toEqual([
      ['mse', 1.5],
      ['crossEntropy', 0.25],
    ]);
    expect(toLosses('mae', undefined, [3, 5]).map(({ name }) => name)).toEqual(['mae', 'mae']);
  });

  it.each([
    { losses: ['mse'], weights: undefined, message: 'loss: expected 2, one for each output, found 1' },
    { losses: 'mse', weights: [1], message: 'lossWeights: expected 2, one for each output, found 1' },
    { losses: 'mse', weights: [1, 0], message: 'lossWeights must be finite numbers above 0, found 0' },
    {
      losses: [meanSquaredError(), crossEntropy({ classWeights: [1, 2, 3] })],
      weights: undefined,
      message: 'loss crossEntropy: expected a class weight for each of 5 outputs, found 3',
    },
    {
      losses: [meanSquaredError({ reduction: 'sum' }), meanSquaredError()],
      weights: undefined,
      message: "the losses of all outputs must have one reduction, found 'mean' and 'sum'",
    },
  ] as const)('are refused: $message', ({ losses, weights, message }) => {
    const make = () => toLosses(losses, weights, [3, 5]);
    expect(make).toThrow(LaminetError);
    expect(make).toThrow(message);
  });
});
