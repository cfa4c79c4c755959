import { judge, type Measurement } from '../../lib/doctor/gradient-verdict';

/** Measurements of a gradient of 1 everywhere, changed where a test says so. */
function measurements(count: number, change: (index: number) => Partial<Measurement> = () => ({})): Measurement[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    analytic: 1,
    central: 1,
    kink: 0,
    noise: 0,
    ...change(index),
  }));
}

const never = (): boolean => {
  throw new Error('asked whether the outputs ignore a tensor whose gradient is not zero');
};

it('right: no error above a millionth', () => {
  const verdict = judge(
    measurements(3, (index) => ({ central: index === 1 ? 1 + 1e-7 : 1 })),
    never,
  );
  expect(verdict).toMatchObject({ verdict: 'right', checked: 3, skipped: 0, worst: { index: 1 } });
  expect(verdict.largestError).toBeCloseTo(1e-7, 10);
});

it('wrong: one element of many', () => {
  const verdict = judge(
    measurements(50, (index) => ({ central: index === 31 ? 1.00001 : 1 })),
    never,
  );
  expect(verdict).toMatchObject({ verdict: 'wrong', worst: { index: 31, analytic: 1, numeric: 1.00001 } });
});

it('wrong: the sign', () => {
  expect(
    judge(
      measurements(4, () => ({ central: -1 })),
      never,
    ),
  ).toMatchObject({ verdict: 'wrong', largestError: 2 });
});

it('wrong: all zero where the outputs change', () => {
  expect(
    judge(
      measurements(4, () => ({ analytic: 0 })),
      never,
    ),
  ).toMatchObject({ verdict: 'wrong', largestError: 1 });
});

it.each([Number.NaN, Number.POSITIVE_INFINITY])('wrong: %p', (analytic) => {
  expect(
    judge(
      measurements(4, (index) => (index === 2 ? { analytic } : {})),
      never,
    ),
  ).toMatchObject({ verdict: 'wrong', largestError: Number.POSITIVE_INFINITY, worst: { index: 2 } });
});

it('right: an error within the noise of the measurement', () => {
  expect(
    judge(
      measurements(4, () => ({ central: 1.001, noise: 0.002 })),
      never,
    ),
  ).toMatchObject({ verdict: 'right', largestError: 0, observedError: expect.closeTo(0.001 / 1.001, 12) });
});

it('right: a small absolute error of an element that is small beside the largest', () => {
  const small = (central: number) => measurements(2, (index) => (index === 1 ? { analytic: 1e-9, central } : {}));
  expect(judge(small(1.5e-9), never)).toMatchObject({ verdict: 'right' });
  expect(judge(small(1e-8), never)).toMatchObject({ verdict: 'wrong' });
});

describe('all zero', () => {
  const zeros = measurements(5, () => ({ analytic: 0, central: 0 }));

  it('constant, where the outputs ignore the tensor', () => {
    expect(judge(zeros, () => true)).toMatchObject({ verdict: 'constant' });
  });

  it('untested, where they do not', () => {
    expect(judge(zeros, () => false)).toMatchObject({ verdict: 'untested' });
  });
});

describe('kinks', () => {
  /** The slope is 1 on this side and 0 on the other. */
  const atKink = { central: 0.5, kink: 1 };

  it('are skipped, up to a tenth of the elements', () => {
    const verdict = judge(
      measurements(20, (index) => (index < 2 ? atKink : {})),
      never,
    );
    expect(verdict).toMatchObject({ verdict: 'right', checked: 18, skipped: 2 });
  });

  it('leave a tensor untested beyond that', () => {
    const verdict = judge(
      measurements(20, (index) => (index < 3 ? atKink : {})),
      never,
    );
    expect(verdict).toMatchObject({ verdict: 'untested', checked: 17, skipped: 3 });
  });

  it('excuse no error larger than they explain', () => {
    const verdict = judge(
      measurements(20, (index) => (index < 1 ? { ...atKink, analytic: 2 } : {})),
      never,
    );
    expect(verdict).toMatchObject({ verdict: 'wrong', worst: { index: 0 } });
  });

  it('do not hide a wrong gradient elsewhere', () => {
    const verdict = judge(
      measurements(20, (index) => (index < 2 ? atKink : { analytic: index === 9 ? 0 : 1 })),
      never,
    );
    expect(verdict).toMatchObject({ verdict: 'wrong', skipped: 2, worst: { index: 9 } });
  });
});
