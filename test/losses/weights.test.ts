import { crossEntropy, meanSquaredError } from '../../lib/losses/loss';
import { areWeighted, stepWeights } from '../../lib/losses/weights';

const order = Uint32Array.from([3, 0, 2, 1, 4]);
const labels = [0, 1, 2, 1, 0];

describe('the shares of the samples of a step', () => {
  const classWeights = [0.5, 2, 0];

  it('are left out where all are the same', () => {
    const samples = { labels, sampleWeights: undefined };
    expect(areWeighted([crossEntropy()], samples)).toBe(false);
    expect(stepWeights([crossEntropy()], samples, order, 2)).toEqual({
      weights: undefined,
      divisors: Float64Array.from([2, 2, 1]),
    });
  });

  it('are the sample weights over the number of samples', () => {
    const samples = { labels, sampleWeights: [1, 2, 3, 4, 5] };
    expect(stepWeights([crossEntropy()], samples, order, 2)).toEqual({
      weights: Float64Array.from([4 / 2, 1 / 2, 3 / 2, 2 / 2, 5]),
      divisors: Float64Array.from([2, 2, 1]),
    });
  });

  it('have the sum of class weights under them where class numbers meet class weights', () => {
    const samples = { labels, sampleWeights: undefined };
    expect(stepWeights([crossEntropy({ classWeights })], samples, order, 2)).toEqual({
      weights: Float64Array.from([1 / 2.5, 1 / 2.5, 1 / 2, 1 / 2, 1 / 0.5]),
      divisors: Float64Array.from([2.5, 2, 0.5]),
    });
  });

  it('are 0 where no class of a step counts', () => {
    const samples = { labels: [2, 2], sampleWeights: undefined };
    expect(stepWeights([crossEntropy({ classWeights })], samples, Uint32Array.of(0, 1), 2)).toEqual({
      weights: Float64Array.of(0, 0),
      divisors: Float64Array.of(0),
    });
  });

  it('have the number of samples under them where targets are rows, as PyTorch has it', () => {
    const samples = { labels: undefined, sampleWeights: undefined };
    expect(areWeighted([crossEntropy({ classWeights })], samples)).toBe(false);
  });

  it('are the sample weights themselves where losses are summed', () => {
    const samples = { labels: undefined, sampleWeights: [1, 2, 3, 4, 5] };
    expect(stepWeights([meanSquaredError({ reduction: 'sum' })], samples, order, 2)).toEqual({
      weights: Float64Array.from([4, 1, 3, 2, 5]),
      divisors: Float64Array.from([1, 1, 1]),
    });
  });
});
