import type { TrainingEvent } from '../../lib/model/events';
import { statisticsSeries } from '../../lib/run/statistics-series';

const values = (quantiles: readonly number[], min = quantiles[0] as number, max = quantiles.at(-1) as number) => ({
  count: 100,
  min,
  max,
  mean: 0,
  deviation: 1,
  quantiles,
  counts: [100],
});

function statistics(epoch: number, median = 0): TrainingEvent {
  return {
    type: 'statistics',
    epoch,
    parameters: [
      {
        name: 'conv2d_1.weight',
        layer: 'conv2d_1',
        values: values([-2, -1, median, 1, 2], -100, 2.5),
        gradients: values([-0.5, 0, 0, 0, 0.5]),
        updateRatio: 0.5 / epoch,
      },
      { name: 'conv2d_1.bias', layer: 'conv2d_1', values: values([0, 0, 0, 0, 0], -3, 4) },
    ],
    activations: [{ layer: 'conv2d_1', values: values([0, 0.25, 0.5, 0.75, 1]) }],
  };
}

test('what the events tell of epochs is a series for each thing that they are of', () => {
  const { bands, ratios } = statisticsSeries([statistics(1), statistics(2, 0.5)]);
  expect(bands).toEqual([
    {
      name: 'conv2d_1.weight',
      layer: 'conv2d_1',
      kind: 'weights',
      points: [
        [1, -100, -2, -1, 0, 1, 2, 2.5],
        [2, -100, -2, -1, 0.5, 1, 2, 2.5],
      ],
      // Nine tenths lie from -2 to 2; half of these four on both sides, but there is nothing above 2.5.
      range: [-4, 2.5],
    },
    {
      name: 'conv2d_1.weight',
      layer: 'conv2d_1',
      kind: 'gradients',
      points: [
        [1, -0.5, -0.5, 0, 0, 0, 0.5, 0.5],
        [2, -0.5, -0.5, 0, 0, 0, 0.5, 0.5],
      ],
      range: [-0.5, 0.5],
    },
    // Where nine tenths are one number, all are shown.
    expect.objectContaining({ name: 'conv2d_1.bias', kind: 'weights', range: [-3, 4] }),
    expect.objectContaining({ name: 'conv2d_1', layer: 'conv2d_1', kind: 'outputs', range: [0, 1] }),
  ]);
  expect(ratios).toEqual([
    {
      name: 'conv2d_1.weight',
      layer: 'conv2d_1',
      points: [
        [1, 0.5],
        [2, 0.25],
      ],
    },
  ]);
});

test('an epoch that was run again after a stop is there once, as it was the last time', () => {
  const { bands } = statisticsSeries([statistics(1), statistics(2, 0.25), statistics(2, 0.5)]);
  expect(bands[0]?.points.map(([epoch, , , , median]) => [epoch, median])).toEqual([
    [1, 0],
    [2, 0.5],
  ]);
});

test('a long run has at most sixty points, the last among them', () => {
  const { bands } = statisticsSeries(Array.from({ length: 150 }, (_, index) => statistics(index + 1)));
  expect(bands[0]?.points.map(([epoch]) => epoch)).toEqual(Array.from({ length: 50 }, (_, index) => 3 * index + 3));
});

test('a run without statistics has none', () => {
  expect(statisticsSeries([])).toEqual({ bands: [], ratios: [] });
});
