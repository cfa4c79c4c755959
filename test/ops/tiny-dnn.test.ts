import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { targets } from '../support/backends';
import { runLayer } from '../support/single-op';
import { exact, expectClose, float32Reduction, float64Fixture } from '../support/tolerance';

/** The numbers of tiny-dnn's own tests (test_convolutional_layer.h, test_max_pooling_layer.h, test_fully_connected_layer.h). */
describe.each(targets)('$name gives what tiny-dnn gives', ({ precision, ...rest }) => {
  const target = { precision, ...rest };
  const rounded = precision === 'float64' ? float64Fixture : float32Reduction(9);

  it('convolutional, with_stride', () => {
    const result = runLayer(target, {
      layer: conv2d({ filters: 1, kernelSize: 3, strides: 2 }),
      inputShape: [1, 5, 5],
      x: [0, 1, 2, 3, 4, 1, 2, 3, 4, 5, 2, 3, 4, 5, 6, 3, 4, 5, 6, 7, 4, 5, 6, 7, 8],
      parameters: { weight: new Array(9).fill(0.5), bias: [0.5] },
      gy: [-1, 2, 3, 0],
    });
    expectClose('y', result.y, [9.5, 18.5, 18.5, 27.5], exact);
    const gx = [
      [-0.5, -0.5, 0.5, 1, 1],
      [-0.5, -0.5, 0.5, 1, 1],
      [1, 1, 2, 1, 1],
      [1.5, 1.5, 1.5, 0, 0],
      [1.5, 1.5, 1.5, 0, 0],
    ];
    expectClose('gx', result.gx, gx.flat(), exact);
    expectClose('gradWeight', result.gradients.weight ?? [], [10, 14, 18, 14, 18, 22, 18, 22, 26], exact);
    expectClose('gradBias', result.gradients.bias ?? [], [4], exact);
  });

  it('convolutional, without stride or bias', () => {
    const { y } = runLayer(target, {
      layer: conv2d({ filters: 1, kernelSize: 3, useBias: false }),
      inputShape: [1, 5, 5],
      x: [3, 2, 1, 5, 2, 3, 0, 2, 0, 1, 0, 6, 1, 1, 10, 3, -1, 2, 9, 0, 1, 2, 1, 5, 5],
      parameters: { weight: [0.3, 0.1, 0.2, 0, -0.1, -0.1, 0.05, -0.2, 0.05] },
      gy: new Array(9).fill(0),
    });
    expectClose('y', y, [-0.05, 1.65, 1.45, 1.05, 0, -2, 0.4, 1.15, 0.8], rounded);
  });

  const image = [0, 1, 2, 3, 8, 7, 5, 6, 4, 3, 1, 2, 0, -1, -2, -3];

  it('max pooling', () => {
    const result = runLayer(target, {
      layer: maxPool2d({ poolSize: 2 }),
      inputShape: [1, 4, 4],
      x: image,
      parameters: {},
      gy: [1, 2, 3, 4],
    });
    expectClose('y', result.y, [8, 6, 4, 2], exact);
    expectClose('gx', result.gx, [0, 0, 0, 0, 1, 0, 0, 2, 3, 0, 0, 4, 0, 0, 0, 0], exact);
  });

  it('max pooling, stride 1', () => {
    const { y } = runLayer(target, {
      layer: maxPool2d({ poolSize: 2, strides: 1 }),
      inputShape: [1, 4, 4],
      x: image,
      parameters: {},
      gy: new Array(9).fill(0),
    });
    expectClose('y', y, [8, 7, 6, 8, 7, 6, 4, 3, 2], exact);
  });

  it('fully connected', () => {
    const { y } = runLayer(target, {
      layer: dense({ units: 2 }),
      inputShape: [4],
      x: [0, 1, 2, 3],
      parameters: { weight: new Array(8).fill(1), bias: [0.5, 0.5] },
      gy: [0, 0],
    });
    expectClose('y', y, [6.5, 6.5], exact);
  });
});
