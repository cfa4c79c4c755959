import { ACTIVATION_NAMES, activation } from '../../lib/layers/activation';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { prelu } from '../../lib/layers/prelu';
import { targets } from '../support/backends';
import { runLayer } from '../support/single-op';
import { exact, expectClose, float32Elementwise } from '../support/tolerance';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

// Values and derivatives at infinity and -infinity: the functions' limits.
const LIMITS = [
  { name: 'linear', y: [infinity, -infinity], gx: [1, 1] },
  { name: 'tanh', y: [1, -1], gx: [0, 0] },
  { name: 'scaledTanh', y: [1.7159, -1.7159], gx: [0, 0] },
  { name: 'sigmoid', y: [1, 0], gx: [0, 0] },
  { name: 'relu', y: [infinity, 0], gx: [1, 0] },
  { name: 'relu6', y: [6, 0], gx: [0, 0] },
  { name: 'leakyRelu', y: [infinity, -infinity], gx: [1, 0.01] },
  { name: 'elu', y: [infinity, -1], gx: [1, 0] },
  { name: 'selu', y: [infinity, -1.7580993408473766], gx: [1.0507009873554805, 0] },
  { name: 'hardtanh', y: [1, -1], gx: [0, 0] },
  { name: 'hardsigmoid', y: [1, 0], gx: [0, 0] },
  { name: 'hardswish', y: [infinity, 0], gx: [1, 0] },
  { name: 'silu', y: [infinity, 0], gx: [1, 0] },
  { name: 'mish', y: [infinity, 0], gx: [1, 0] },
  { name: 'gelu', y: [infinity, 0], gx: [1, 0] },
  { name: 'geluTanh', y: [infinity, 0], gx: [1, 0] },
  { name: 'softplus', y: [infinity, 0], gx: [1, 0] },
  { name: 'softsign', y: [1, -1], gx: [0, 0] },
] as const;

it('has the limits of every activation of single elements', () => {
  const names = ACTIVATION_NAMES.filter((name) => name !== 'softmax' && name !== 'logSoftmax');
  expect(LIMITS.map(({ name }) => name).sort()).toEqual([...names].sort());
});

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

  it.each(LIMITS)('$name keeps NaN and ends at its limits', ({ name, y: expected, gx: derivatives }) => {
    const { y, gx } = runLayer(target, {
      layer: activation(name),
      inputShape: [3],
      x: [nan, infinity, -infinity],
      parameters: {},
      gy: [1, 1, 1],
    });
    expectClose('y', y, [nan, ...expected], float32Elementwise);
    expectClose('gx', gx.slice(1), derivatives, float32Elementwise);
  });

  it('prelu keeps NaN, and infinities with the sign of the slope', () => {
    const { y, gx } = runLayer(target, {
      layer: prelu(),
      inputShape: [2, 2],
      x: [nan, infinity, -infinity, -infinity, 1, 2, 0, -0],
      parameters: { weight: [0.5, -2] },
      gy: [1, 1, 1, 1, 1, 1, 1, 1],
    });
    expectClose('y', y, [nan, infinity, infinity, infinity, 1, 2, 0, 0], exact);
    expectClose('gx', gx, [0.5, 1, -2, -2, 1, 1, -2, -2], exact);
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
