import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { accuracy, topKAccuracy } from '../../lib/metrics/accuracy';
import { confusionMatrix } from '../../lib/metrics/confusion-matrix';
import { sequential } from '../../lib/model/sequential';
import { quarters } from '../support/toy';

it.each(['native', 'reference'] as const)('the accuracy is the one that evaluate measures on %s', async (backend) => {
  const data = quarters(100, 3);
  using model = sequential([flatten(), dense({ units: 4 })], { inputShape: [1, 8, 8], seed: 1 });
  model.compile({ loss: 'crossEntropy', backend });
  const scores = await model.predict(data);
  const { accuracy: expected } = await model.evaluate(data);
  expect(expected).toBeGreaterThan(0);
  expect(accuracy(confusionMatrix(scores, data.labels))).toBe(expected);
  expect(topKAccuracy(scores, data.labels, 1)).toBe(expected);
});
