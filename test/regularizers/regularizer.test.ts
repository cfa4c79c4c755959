import { l1, l1l2, l2, type RegularizerLike, toRegularizer } from '../../lib/regularizers/regularizer';

describe('a regularizer', () => {
  it.each<[RegularizerLike, number, number]>([
    ['l1', 0.01, 0],
    ['l2', 0, 0.01],
    ['l1l2', 0.01, 0.01],
    [l1(0.5), 0.5, 0],
    [l2(1e-4), 0, 1e-4],
    [l2(0), 0, 0],
    [l1l2({ l1: 0.25 }), 0.25, 0.01],
    [{ name: 'l2', l2: 3 }, 0, 3],
    [{ name: 'l1l2', l1: 1, l2: 2 }, 1, 2],
    [{ name: 'l1', l2: 2 }, 0.01, 0],
  ])('%j has the lambdas %p and %p, and is made again of its JSON', (like, first, second) => {
    const made = toRegularizer('regularizer', like);
    expect([made.l1, made.l2]).toEqual([first, second]);
    expect(toRegularizer('regularizer', JSON.parse(JSON.stringify(made)) as RegularizerLike)).toEqual(made);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '1' as unknown as number])('refuses a lambda of %p', (lambda) => {
    for (const make of [() => l1(lambda), () => l2(lambda), () => l1l2({ l2: lambda })]) {
      expect(make).toThrow(expect.objectContaining({ code: 'E_OPTION' }));
    }
    expect(() => l2(lambda)).toThrow(`the lambda of l2 must be a finite number of at least 0, found ${lambda}`);
  });

  it.each([['l3'], [{ name: 'ridge' }], [{}], [1e-4], ['toString']])('refuses %j', (like) => {
    expect(() => toRegularizer('kernelRegularizer', like as RegularizerLike)).toThrow(
      expect.objectContaining({
        code: 'E_UNKNOWN',
        message: expect.stringMatching(/^kernelRegularizer: there is no regularizer .*; there are l1, l2, l1l2$/),
      }),
    );
  });
});
