import { crossEntropy, hinge, klDivergence, type Loss, meanSquaredError } from '../../lib/losses/loss';
import { checkTargets } from '../../lib/losses/targets';

const check = (losses: readonly Loss[], targets: readonly number[], sizes: readonly number[]): void =>
  checkTargets(losses, { name: 'data', count: 2, labels: undefined, targets }, sizes);

describe('targets that a loss cannot be for', () => {
  it.each([
    {
      loss: crossEntropy(),
      targets: [0, 1, 0.5, 1.5],
      message: 'data: target 1 of sample 1 is 1.5; those of the loss crossEntropy must be from 0 to 1',
    },
    { loss: klDivergence(), targets: [0, 1, -0.5, 0], message: 'data: target 0 of sample 1 is -0.5' },
    { loss: crossEntropy(), targets: [0, Number.POSITIVE_INFINITY, 0, 0], message: 'target 1 of sample 0 is Infinity' },
    {
      loss: hinge(),
      targets: [1, -1, 0.5, 1],
      message: 'data: target 0 of sample 1 is 0.5; those of the loss hinge must be one of -1, 0, 1',
    },
  ])('$message', ({ loss, targets, message }) => {
    expect(() => check([loss], targets, [2])).toThrow(expect.objectContaining({ code: 'E_DATA' }));
    expect(() => check([loss], targets, [2])).toThrow(message);
  });

  it('are found in the output that they are for', () => {
    const losses = [meanSquaredError(), crossEntropy()];
    expect(() => check(losses, [7, -3, 0.5, 7, -3, 1], [2, 1])).not.toThrow();
    expect(() => check(losses, [7, -3, 0.5, 7, -3, 1.1], [2, 1])).toThrow('target 2 of sample 1 is 1.1');
  });

  it('are class numbers where it compares rows', () => {
    const labelled = { name: 'data', count: 2, labels: [0, 1], targets: undefined };
    expect(() => checkTargets([klDivergence()], labelled, [2])).toThrow(
      'data has labels, but the loss klDivergence compares with rows of shares: give it targets',
    );
    expect(() => checkTargets([crossEntropy()], labelled, [2])).not.toThrow();
  });

  it('are not those that are no numbers: they show where they lead', () => {
    expect(() => check([crossEntropy()], [Number.NaN, 0, 0, 1], [2])).not.toThrow();
    expect(() => check([hinge()], [Number.NaN, 0, 0, 1], [2])).not.toThrow();
  });
});
