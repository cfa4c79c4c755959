import { LaminetError } from '../../lib/errors';
import {
  binaryFocalLoss,
  crossEntropy,
  focalLoss,
  huber,
  klDivergence,
  LOSS_NAMES,
  type Loss,
  type LossName,
  negativeLogLikelihood,
  toLoss,
} from '../../lib/losses/loss';
import { lossCases } from '../cases/loss';

/** What of a loss is data; functions are called. */
function shown(loss: Loss): unknown {
  const changes = loss.classTargets?.([5]);
  return JSON.parse(JSON.stringify({ ...loss, divided: [1, 5].map((outputs) => loss.divisor(outputs)), changes }));
}

function refusal(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error instanceof LaminetError ? [error.code, error.message] : error;
  }
  return undefined;
}

describe('a loss', () => {
  it.each(LOSS_NAMES)('%s is made by its name, which it keeps', (name) => {
    const loss = toLoss(name);
    expect([loss.name, loss.config]).toEqual([name, name]);
  });

  it.each(lossCases)('is made again of what files keep of it: $name', ({ loss }) => {
    const kept = JSON.parse(JSON.stringify(loss.config)) as LossName;
    expect(shown(toLoss(kept))).toEqual(shown(loss));
  });

  it('keeps the options that it was given', () => {
    const weights = Float32Array.from([1, 0.5]);
    expect(crossEntropy({ labelSmoothing: 0.1, classWeights: weights }).config).toEqual({
      name: 'crossEntropy',
      labelSmoothing: 0.1,
      classWeights: [1, 0.5],
    });
    expect(toLoss({ name: 'huber', delta: 2 }).constants).toEqual({ delta: 2 });
  });

  it('is the one that was given', () => {
    const loss = huber();
    expect(toLoss(loss)).toBe(loss);
  });
});

describe('a loss refuses', () => {
  it.each([
    {
      what: 'a name',
      make: () => toLoss('l3' as LossName),
      error: ['E_UNKNOWN', /no loss "l3"; there are sse, mse, mae/],
    },
    { what: 'a described name', make: () => toLoss({ name: 'l3' }), error: ['E_UNKNOWN', /no loss "l3"/] },
    {
      what: 'an option that it does not have',
      make: () => toLoss({ name: 'huber', dleta: 2 }),
      error: ['E_OPTION', 'the loss huber has no option dleta; there are delta, reduction'],
    },
    {
      what: 'a reduction',
      make: () => toLoss({ name: 'mse', reduction: 'none' }),
      error: ['E_OPTION', 'reduction must be mean or sum, found "none"'],
    },
    {
      what: 'a smoothing',
      make: () => crossEntropy({ labelSmoothing: 1.5 }),
      error: ['E_OPTION', 'labelSmoothing must be a number from 0 to 1, found 1.5'],
    },
    {
      what: 'class weights below 0',
      make: () => crossEntropy({ classWeights: [1, -1] }),
      error: [
        'E_OPTION',
        'classWeights must be finite numbers of at least 0, one for each class and not all 0, found [1,-1]',
      ],
    },
    {
      what: 'no class weights',
      make: () => negativeLogLikelihood({ classWeights: [] }),
      error: ['E_OPTION', /found \[\]/],
    },
    {
      what: 'class weights of 0',
      make: () => crossEntropy({ classWeights: [0, 0] }),
      error: ['E_OPTION', /not all 0/],
    },
    {
      what: 'a delta',
      make: () => huber({ delta: 0 }),
      error: ['E_OPTION', 'delta must be a finite number above 0, found 0'],
    },
    {
      what: 'a gamma',
      make: () => focalLoss({ gamma: -1 }),
      error: ['E_OPTION', 'gamma must be a finite number of at least 0, found -1'],
    },
    {
      what: 'alphas',
      make: () => focalLoss({ alpha: [Number.NaN] }),
      error: ['E_OPTION', /^alpha must be finite numbers/],
    },
    {
      what: 'an alpha',
      make: () => binaryFocalLoss({ alpha: 2 }),
      error: ['E_OPTION', 'alpha must be a number from 0 to 1, found 2'],
    },
    {
      what: 'what it is from',
      make: () => klDivergence({ from: 'odds' as 'logits' }),
      error: ['E_OPTION', 'from must be probabilities or logits or logProbabilities, found "odds"'],
    },
  ])('$what', ({ make, error: [code, message] }) => {
    const matches = typeof message === 'string' ? message : expect.stringMatching(message as RegExp);
    expect(refusal(make)).toEqual([code, matches]);
  });
});
