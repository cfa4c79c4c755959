import { polynomialDecay } from '../../lib/schedules/decay';
import { linearWarmup } from '../../lib/schedules/linear-warmup';
import { reduceOnPlateau } from '../../lib/schedules/reduce-on-plateau';
import type { Schedule } from '../../lib/schedules/schedule';

describe('linearWarmup', () => {
  it('rises to a constant rate', () => {
    const { rate } = linearWarmup({ learningRate: 8, duration: 2 });
    expect([0, 1, 2, 3, 4, 99].map((step) => rate(step, 2))).toEqual([0, 2, 4, 6, 8, 8]);
  });

  it('stands in front of any other schedule, which begins behind it', () => {
    const after = polynomialDecay({ learningRate: 4, duration: 4, unit: 'step' });
    const { rate, feedback } = linearWarmup({ learningRate: after, duration: 2, startFactor: 0.5, unit: 'step' });
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((step) => rate(step, 9))).toEqual([2, 3, 4, 3, 2, 1, 0, 0]);
    expect(feedback).toBeUndefined();
  });

  it('stands in front of itself', () => {
    const inner = linearWarmup({ learningRate: 8, duration: 2, startFactor: 0.5, unit: 'step' });
    const { rate } = linearWarmup({ learningRate: inner, duration: 2, startFactor: 0.5, unit: 'step' });
    expect([0, 1, 2, 3, 4, 5].map((step) => rate(step, 9))).toEqual([2, 3, 4, 6, 8, 8]);
  });

  it('hands on what a schedule with a state is told', () => {
    const after = reduceOnPlateau({ learningRate: 8, factor: 0.5, patience: 0, monitor: 'loss' });
    const { rate, feedback } = linearWarmup({ learningRate: after, duration: 1 });
    if (!feedback) throw new Error('the feedback is gone');
    expect(feedback.monitor).toBe('loss');
    const worse = feedback.next(feedback.next(feedback.initialState, 1), 2);
    expect([rate(1, 4, feedback.initialState), rate(1, 4, worse), rate(4, 4, worse)]).toEqual([2, 1, 4]);
  });

  it.each([
    [
      { learningRate: 0, duration: 1 },
      'learningRate must be a finite number above 0, or a schedule of such numbers, found 0',
    ],
    [
      { learningRate: { name: 'none' } as Schedule, duration: 1 },
      'learningRate must be a finite number above 0, or a schedule of such numbers, found {"name":"none"}',
    ],
    [{ learningRate: 1, duration: 0 }, 'duration must be a finite number above 0, found 0'],
    [{ learningRate: 1, duration: 1, startFactor: 2 }, 'startFactor must be a number from 0 to 1, found 2'],
  ])('refuses %p', (options, message) => {
    expect(() => linearWarmup(options)).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
  });
});
