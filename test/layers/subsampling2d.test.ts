import { subsampling2d } from '../../lib/layers/subsampling2d';
import { chain } from '../../lib/model/graph';
import { targets } from '../support/backends';
import { runLayer } from '../support/single-op';
import { exact, expectClose } from '../support/tolerance';

describe.each(targets)('subsampling2d, on $name', (target) => {
  it('multiplies sums of windows by a coefficient and adds a bias, each its channel’s own', () => {
    const { y, gx, gradients } = runLayer(target, {
      layer: subsampling2d(),
      inputShape: [2, 2, 4],
      x: [1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 1, 1, 1, 1, 1, 1],
      parameters: { weight: [0.5, -2], bias: [1, 10] },
      gy: [1, 2, 3, 4],
    });
    expectClose('y', y, [8, 12, 2, 2], exact);
    expectClose('gx', gx, [0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1, -6, -6, -8, -8, -6, -6, -8, -8], exact);
    expectClose('weight', gradients.weight ?? [], [1 * 14 + 2 * 22, 3 * 4 + 4 * 4], exact);
    expectClose('bias', gradients.bias ?? [], [3, 7], exact);
  });
});

it('has two numbers for each map: 12 in LeNet-5’s S2 and 32 in S4', () => {
  const trained = (channels: number, size: number): number =>
    chain([channels, size, size], [subsampling2d()]).parameters.reduce((sum, { size: own }) => sum + own, 0);
  expect([trained(6, 28), trained(16, 10)]).toEqual([12, 32]);
});
