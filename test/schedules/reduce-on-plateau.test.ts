import fc from 'fast-check';
import { type ReduceOnPlateauOptions, reduceOnPlateau } from '../../lib/schedules/reduce-on-plateau';
import type { ScheduleFeedback, ScheduleState } from '../../lib/schedules/schedule';

interface Plateau {
  readonly feedback: ScheduleFeedback;
  readonly rate: (state: ScheduleState) => number;
}

function plateau(options: Partial<ReduceOnPlateauOptions>): Plateau {
  const { feedback, rate } = reduceOnPlateau({ learningRate: 1, factor: 0.5, patience: 1, ...options });
  if (!feedback) throw new Error('there is no feedback');
  return { feedback, rate: (state) => rate(0, 1, state) };
}

/** The rate of each epoch, the one after the last value included. */
function ratesOf(options: Partial<ReduceOnPlateauOptions>, values: readonly number[]): number[] {
  const { feedback, rate } = plateau(options);
  let state = feedback.initialState;
  return [
    rate(state),
    ...values.map((value) => {
      state = feedback.next(state, value);
      return rate(state);
    }),
  ];
}

describe('reduceOnPlateau', () => {
  it('reduces after more than `patience` epochs without a better value, and counts anew', () => {
    expect(ratesOf({}, [5, 4, 4, 4, 4, 4, 3, 3, 2])).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]);
  });

  it('takes a value for better by the threshold only', () => {
    const values = [100, 99.5, 99.2];
    expect(ratesOf({ threshold: 0.01, patience: 0 }, values)).toEqual([1, 1, 0.5, 0.25]);
    expect(ratesOf({ threshold: 0.4, thresholdMode: 'absolute', patience: 0 }, values)).toEqual([1, 1, 1, 0.5]);
    expect(ratesOf({ threshold: 0, patience: 0 }, values)).toEqual([1, 1, 1, 1]);
  });

  it('wants accuracies to grow', () => {
    const options = { monitor: 'validationAccuracy', patience: 0 } as const;
    expect(ratesOf(options, [0.5, 0.6, 0.6, 0.7])).toEqual([1, 1, 1, 0.5, 0.5]);
    expect(ratesOf({ ...options, threshold: 0.2 }, [0.5, 0.59, 0.61])).toEqual([1, 1, 0.5, 0.5]);
  });

  it('does not count while it cools down', () => {
    expect(ratesOf({ patience: 0, cooldown: 2 }, [1, 1, 1, 1, 1, 1])).toEqual([1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  it('stops at the minimum, and raises nothing to it', () => {
    expect(ratesOf({ patience: 0, minimum: 0.3 }, [1, 1, 1, 1])).toEqual([1, 1, 0.5, 0.3, 0.3]);
    expect(ratesOf({ patience: 0, minimum: 2 }, [1, 1, 1])).toEqual([1, 1, 1, 1]);
  });

  it('takes NaN for no better', () => {
    expect(ratesOf({ patience: 0 }, [Number.NaN, 1, Number.NaN])).toEqual([1, 0.5, 0.5, 0.25]);
  });

  it('goes on from a state that was JSON as if nothing had been', () => {
    const { feedback } = plateau({ cooldown: 1 });
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 10 }), { maxLength: 30 }), (values) => {
        let kept = feedback.initialState;
        let parsed = feedback.initialState;
        for (const value of values) {
          kept = feedback.next(kept, value);
          parsed = feedback.next(JSON.parse(JSON.stringify(parsed)) as ScheduleState, value);
        }
        expect(parsed).toEqual(kept);
      }),
    );
  });

  it('never raises the rate, and never falls below the minimum', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double(), { maxLength: 40 }),
        fc.nat(3),
        fc.nat(3),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, patience, cooldown, minimum) => {
          const rates = ratesOf({ patience, cooldown, minimum }, values);
          expect(rates.every((rate, epoch) => rate <= (rates[epoch - 1] ?? 1) && rate >= minimum)).toBe(true);
        },
      ),
    );
  });

  it('refuses a state that is not its own', () => {
    const { feedback, rate } = plateau({});
    expect(() => rate({ best: null })).toThrow(expect.objectContaining({ code: 'E_FORMAT' }));
    expect(() => feedback.next({}, 1)).toThrow(
      'the state of reduceOnPlateau must hold the numbers rate, best, badEpochs and coolingEpochs, found {}',
    );
  });

  it.each([
    [{ factor: 1 }, 'factor must be a number above 0 and below 1, found 1'],
    [{ patience: 0.5 }, 'patience must be a whole number of at least 0, found 0.5'],
    [{ cooldown: -1 }, 'cooldown must be a whole number of at least 0, found -1'],
    [{ threshold: -1 }, 'threshold must be a finite number of at least 0, found -1'],
    [
      { monitor: 'val_loss' as 'loss' },
      'monitor must be one of loss, accuracy, validationLoss, validationAccuracy, found "val_loss"',
    ],
    [{ thresholdMode: 'rel' as 'relative' }, 'thresholdMode must be one of relative, absolute, found "rel"'],
  ])('refuses %p', (options, message) => {
    expect(() => plateau(options)).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
  });
});
