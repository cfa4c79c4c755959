import { courseFacts } from '../../lib/run/course-facts';
import type { RunConfig } from '../../lib/run/run-record';

const config: RunConfig = {
  laminet: '0.1.0',
  startedAt: '2026-03-05T14:07:09.000Z',
  network: 'lenet5',
  data: { folder: null, train: { name: 'digits', count: 80 }, test: { name: 'digits', count: 20 } },
  loss: 'crossEntropy',
  optimizer: 'sgd',
  learningRate: 0.2,
  batchSize: 16,
  epochs: 4,
  seed: 0,
  backend: 'reference',
};

it('tells what was asked for, and nothing of what was not', () => {
  expect(courseFacts(config)).toEqual([]);
  expect(
    courseFacts({
      ...config,
      validation: 0.125,
      evaluation: { every: 1000, samples: 50 },
      patience: 1,
      startedFrom: 'runs/one',
    }),
  ).toEqual([
    ['validation', 'the last 12.5 % of the training set'],
    ['random picks', '50 images whenever 1000 have been seen'],
    ['patience', '1 epoch'],
    ['begun with', 'the weights of runs/one'],
  ]);
  expect(courseFacts({ ...config, patience: 3 })).toEqual([['patience', '3 epochs']]);
});
