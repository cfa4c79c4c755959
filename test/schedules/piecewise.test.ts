import { constantRate, multiStepDecay, piecewiseConstant, stepDecay } from '../../lib/schedules/piecewise';
import { epochRates } from '../../lib/schedules/schedule';

const rates = (schedule: Parameters<typeof epochRates>[0], steps: number): number[] => [
  ...epochRates(schedule, 1, steps, undefined),
];

describe('schedules of constant pieces', () => {
  it('constantRate is the same at every step', () => {
    expect(rates(constantRate(0.3), 3)).toEqual([0.3, 0.3, 0.3]);
  });

  it('stepDecay multiplies after every so many steps', () => {
    expect(rates(stepDecay({ learningRate: 8, every: 2, factor: 0.5, unit: 'step' }), 7)).toEqual([
      8, 8, 4, 4, 2, 2, 1,
    ]);
  });

  it('multiStepDecay multiplies at each milestone', () => {
    const schedule = multiStepDecay({ learningRate: 8, milestones: [1, 4], factor: 0.5, unit: 'step' });
    expect(rates(schedule, 6)).toEqual([8, 4, 4, 4, 2, 2]);
  });

  it('piecewiseConstant has the next rate from each boundary on', () => {
    const schedule = piecewiseConstant({ boundaries: [2, 3], learningRates: [0.5, 0.25, 1], unit: 'step' });
    expect(rates(schedule, 5)).toEqual([0.5, 0.5, 0.25, 1, 1]);
  });

  it('counts in epochs by itself, in whole steps', () => {
    const schedule = stepDecay({ learningRate: 8, every: 0.5, factor: 0.5 });
    // Half an epoch of 7 steps: 4 steps.
    expect(rates(schedule, 7)).toEqual([8, 8, 8, 8, 4, 4, 4]);
    expect([...epochRates(stepDecay({ learningRate: 8, every: 1, factor: 0.5 }), 3, 2, undefined)]).toEqual([2, 2]);
  });

  it('does not change with the arrays that it was made of', () => {
    const milestones = [1];
    const schedule = multiStepDecay({ learningRate: 1, milestones, factor: 0.5, unit: 'step' });
    milestones.push(2);
    expect(rates(schedule, 3)).toEqual([1, 0.5, 0.5]);
  });

  it.each([
    [() => constantRate(0), 'learningRate must be a finite number above 0, found 0'],
    [() => stepDecay({ learningRate: 1, every: -1 }), 'every must be a finite number above 0, found -1'],
    [
      () => stepDecay({ learningRate: 1, every: 1, factor: Number.NaN }),
      'factor must be a finite number above 0, found NaN',
    ],
    [
      () => stepDecay({ learningRate: 1, every: 1, unit: 'batch' as 'step' }),
      'unit must be one of epoch, step, found "batch"',
    ],
    [
      () => multiStepDecay({ learningRate: 1, milestones: [3, 2] }),
      'milestones must be finite numbers above 0, each larger than the one before, found [3,2]',
    ],
    [
      () => multiStepDecay({ learningRate: 1, milestones: [] }),
      'milestones must be finite numbers above 0, each larger than the one before, found []',
    ],
    [
      () => piecewiseConstant({ boundaries: [1], learningRates: [1] }),
      'learningRates must be one more than the 1 boundaries, found 1',
    ],
    [
      () => piecewiseConstant({ boundaries: [1], learningRates: [1, -1] }),
      'every one of learningRates must be a finite number above 0, found -1',
    ],
  ])('refuses %p', (make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
  });
});
