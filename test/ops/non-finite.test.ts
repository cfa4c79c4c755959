import { activation } from '../../lib/layers/activation';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { targets } from '../support/backends';
import { runLayer } from '../support/single-op';
import { exact, expectClose } from '../support/tolerance';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

describe.each(targets)('numbers that are none, on $name', (target) => {
  const pool = (x: readonly number[]): { y: ArrayLike<number>; gx: ArrayLike<number> } =>
    runLayer(target, { layer: maxPool2d({ poolSize: 2 }), inputShape: [1, 2, 2], x, parameters: {}, gy: [5] });

  it.each([
    { x: [nan, 1, 2, 3], y: nan, winner: 0 },
    { x: [1, 2, 3, nan], y: nan, winner: 3 },
    { x: [1, nan, 3, nan], y: nan, winner: 3 },
    { x: [infinity, nan, 3, infinity], y: nan, winner: 1 },
    { x: [-infinity, -infinity, nan, -infinity], y: nan, winner: 2 },
    { x: [1, infinity, infinity, 2], y: infinity, winner: 1 },
    { x: [-infinity, -infinity, -infinity, -infinity], y: -infinity, winner: 0 },
    { x: [-infinity, -3, -infinity, -2], y: -2, winner: 3 },
    { x: [-0, 0, 0, -0], y: 0, winner: 0 },
  ])('max-pool of $x: $y, the gradient to place $winner', ({ x, y, winner }) => {
    const result = pool(x);
    expectClose('y', result.y, [y], exact);
    expectClose(
      'gx',
      result.gx,
      x.map((_, place) => (place === winner ? 5 : 0)),
      exact,
    );
  });

  it('max-pool: every window of a batch finds its NaN', () => {
    for (let batch = 1; batch <= 33; batch++) {
      const x = Array.from({ length: batch * 4 }, (_, place) => (place === batch * 4 - 2 ? nan : place));
      const { y, gx } = runLayer(target, {
        layer: maxPool2d({ poolSize: 2 }),
        inputShape: [1, 2, 2],
        x,
        parameters: {},
        gy: new Array(batch).fill(1),
      });
      const last = batch - 1;
      expectClose(
        `y of ${batch}`,
        y,
        Array.from(y, (_, n) => (n === last ? nan : n * 4 + 3)),
        exact,
      );
      const winners = x.map((_, place) => (place === last * 4 + 2 || (place % 4 === 3 && place < last * 4) ? 1 : 0));
      expectClose(`gx of ${batch}`, gx, winners, exact);
    }
  });

  it('relu keeps NaN and infinity, and passes no gradient to what is not above zero', () => {
    const { y, gx } = runLayer(target, {
      layer: activation('relu'),
      inputShape: [6],
      x: [nan, infinity, -infinity, -0, 0, 2],
      parameters: {},
      gy: [1, 1, 1, 1, 1, 1],
    });
    expectClose('y', y, [nan, infinity, 0, 0, 0, 2], exact);
    expectClose('gx', gx, [0, 1, 0, 0, 0, 1], exact);
  });

  it.each([
    { name: 'tanh', y: [nan, 1, -1] },
    { name: 'sigmoid', y: [nan, 1, 0] },
  ] as const)('$name keeps NaN and ends at its limits', ({ name, y: expected }) => {
    const { y } = runLayer(target, {
      layer: activation(name),
      inputShape: [3],
      x: [nan, infinity, -infinity],
      parameters: {},
      gy: [0, 0, 0],
    });
    expectClose('y', y, expected, exact);
  });

  it.each(['softmax', 'logSoftmax'] as const)('%s of a NaN is NaN everywhere in its sample, and only there', (name) => {
    const { y } = runLayer(target, {
      layer: activation(name),
      inputShape: [3],
      x: [1, nan, 2, 0, 0, 0],
      parameters: {},
      gy: [0, 0, 0, 0, 0, 0],
    });
    expect(Array.from(y, Number.isNaN)).toEqual([true, true, true, false, false, false]);
  });
});
