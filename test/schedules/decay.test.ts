import { exponentialDecay, inverseTimeDecay, polynomialDecay } from '../../lib/schedules/decay';
import { expectClose, float64Rounding } from '../support/tolerance';

describe('exponentialDecay', () => {
  it('goes on within an epoch', () => {
    const { rate } = exponentialDecay({ learningRate: 1, factor: 0.25 });
    const expected = [1, 0.25 ** 0.25, 0.5, 0.25 ** 0.75, 0.25];
    expectClose(
      'rates',
      [0, 1, 2, 3, 4].map((step) => rate(step, 4)),
      expected,
      float64Rounding,
    );
  });

  it('in stairs keeps the rate for the length of a stair', () => {
    const { rate } = exponentialDecay({ learningRate: 1, factor: 0.5, duration: 3, unit: 'step', staircase: true });
    expect([0, 1, 2, 3, 5, 6].map((step) => rate(step, 4))).toEqual([1, 1, 1, 0.5, 0.5, 0.25]);
  });
});

describe('inverseTimeDecay', () => {
  it('divides by a number that grows evenly', () => {
    const { rate } = inverseTimeDecay({ learningRate: 6, decay: 1, duration: 2 });
    expect([0, 1, 2, 4, 8].map((step) => rate(step, 1))).toEqual([6, 4, 3, 2, 6 / 5]);
    expect(rate(4, 4)).toBe(4);
  });

  it('in stairs keeps the rate for the length of a stair', () => {
    const { rate } = inverseTimeDecay({ learningRate: 6, decay: 1, duration: 2, unit: 'step', staircase: true });
    expect([0, 1, 2, 3, 4].map((step) => rate(step, 9))).toEqual([6, 6, 3, 3, 2]);
  });
});

describe('polynomialDecay', () => {
  it('is a line to the minimum by itself, and stays there', () => {
    const { rate } = polynomialDecay({ learningRate: 5, duration: 4, minimum: 1, unit: 'step' });
    expect([0, 1, 2, 3, 4, 5, 100].map((step) => rate(step, 9))).toEqual([5, 4, 3, 2, 1, 1, 1]);
  });

  it('takes powers that are no whole numbers', () => {
    const { rate } = polynomialDecay({ learningRate: 1, duration: 4, power: 0.5, unit: 'step' });
    const expected = [1, Math.sqrt(0.75), Math.sqrt(0.5), 0.5, 0, 0];
    expectClose(
      'rates',
      [0, 1, 2, 3, 4, 5].map((step) => rate(step, 9)),
      expected,
      float64Rounding,
    );
  });
});

describe('a decay', () => {
  it.each([
    [() => exponentialDecay({ learningRate: 1, factor: 0 }), 'factor must be a finite number above 0, found 0'],
    [
      () => exponentialDecay({ learningRate: Number.POSITIVE_INFINITY, factor: 1 }),
      'learningRate must be a finite number above 0, found Infinity',
    ],
    [() => inverseTimeDecay({ learningRate: 1, decay: -1 }), 'decay must be a finite number above 0, found -1'],
    [
      () => inverseTimeDecay({ learningRate: 1, decay: 1, duration: 0 }),
      'duration must be a finite number above 0, found 0',
    ],
    [
      () => polynomialDecay({ learningRate: 1, duration: 1, minimum: -0.1 }),
      'minimum must be a finite number of at least 0, found -0.1',
    ],
    [
      () => polynomialDecay({ learningRate: 1, duration: 1, power: 0 }),
      'power must be a finite number above 0, found 0',
    ],
  ])('refuses %p', (make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
  });
});
