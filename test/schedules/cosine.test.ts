import { cosineDecay, cosineRestarts } from '../../lib/schedules/cosine';
import { expectClose, float64Rounding } from '../support/tolerance';

describe('cosineDecay', () => {
  it('stays at the minimum behind its duration', () => {
    const { rate } = cosineDecay({ learningRate: 3, duration: 2, minimum: 1 });
    expect([0, 1, 2, 3, 40].map((epoch) => rate(5 * epoch, 5))).toEqual([3, 2, 1, 1, 1]);
  });

  it('goes up again where it is to oscillate', () => {
    const { rate } = cosineDecay({ learningRate: 3, duration: 2, minimum: 1, oscillate: true });
    expect([2, 3, 4, 5, 6].map((epoch) => rate(5 * epoch, 5))).toEqual([1, 2, 3, 2, 1]);
  });

  it('goes down within an epoch, too', () => {
    const { rate } = cosineDecay({ learningRate: 2, duration: 1 });
    const expected = [2, 1 + Math.SQRT1_2, 1, 1 - Math.SQRT1_2, 0];
    expectClose(
      'rates',
      [0, 1, 2, 3, 4].map((step) => rate(step, 4)),
      expected,
      float64Rounding,
    );
  });
});

describe('cosineRestarts', () => {
  it('begins anew, in cycles of one length by itself', () => {
    const { rate } = cosineRestarts({ learningRate: 2, duration: 2, unit: 'step' });
    expect([0, 1, 2, 3, 1000, 1001].map((step) => rate(step, 7))).toEqual([2, 1, 2, 1, 2, 1]);
  });

  it('makes cycles longer and their peaks lower', () => {
    const { rate } = cosineRestarts({
      learningRate: 4,
      duration: 2,
      durationFactor: 2,
      peakFactor: 0.5,
      unit: 'step',
    });
    expect([0, 1, 2, 4, 6, 10, 14].map((step) => rate(step, 7))).toEqual([4, 2, 2, 1, 1, 0.5, 0.5]);
  });
});

describe('a cosine schedule', () => {
  it.each([
    [() => cosineDecay({ learningRate: 1, duration: 0 }), 'duration must be a finite number above 0, found 0'],
    [
      () => cosineDecay({ learningRate: 1, duration: 1, minimum: Number.NaN }),
      'minimum must be a finite number of at least 0, found NaN',
    ],
    [
      () => cosineRestarts({ learningRate: 1, duration: 1, durationFactor: 0.5 }),
      'durationFactor must be a finite number of at least 1, found 0.5',
    ],
  ])('refuses %p', (make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
  });
});
