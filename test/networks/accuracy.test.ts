import type { Dataset } from '../../lib/data/dataset';
import { readMnist } from '../../lib/data/mnist';
import { networkModel, networkNamed } from '../../lib/networks/networks';
import { sgd } from '../../lib/optimizers/optimizer';

const FOLDER = '../shared/data/mnist';

let train: Dataset;
let test: Dataset;

beforeAll(async () => {
  train = await readMnist(FOLDER, 'train');
  test = await readMnist(FOLDER, 'test');
});

// What each network reaches on the whole of MNIST with its default settings; docs/results.md has the exact numbers.
it.each([
  ['lenet5', 2, 0.98],
  ['lenet5-first', 4, 0.98],
  ['one-conv', 4, 0.945],
  ['two-layer', 4, 0.91],
])(
  '%s learns MNIST in %d epochs',
  async (name, epochs, accuracy) => {
    const { loss, learningRate, batchSize } = networkNamed(name).defaults;
    const model = networkModel(name);
    model.compile({ backend: 'native', loss, optimizer: sgd({ learningRate }) });
    await model.fit(train, { epochs, batchSize });
    expect((await model.evaluate(test)).accuracy).toBeGreaterThanOrEqual(accuracy);
    model.dispose();
  },
  180_000,
);
