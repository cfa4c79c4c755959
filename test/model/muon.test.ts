import type { BackendName } from '../../lib/backends/backend';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { sequential } from '../../lib/model/sequential';
import { muon } from '../../lib/optimizers/muon';
import { quarters } from '../support/toy';

it.each<BackendName>(['native', 'reference'])(
  'muon brings a small network to its end on the %s backend',
  async (backend) => {
    const layers = [
      conv2d({ filters: 6, kernelSize: 3, activation: 'tanh' }),
      maxPool2d(),
      flatten(),
      dense({ units: 12, activation: 'tanh' }),
      dense({ units: 4, activation: 'softmax', name: 'head' }),
    ];
    using model = sequential(layers, { inputShape: [1, 8, 8], seed: 3 });
    model.compile({
      loss: 'crossEntropy',
      optimizer: muon({ except: 'head', adamw: { learningRateFactor: 0.5 } }),
      backend,
    });
    const { epochs } = await model.fit(quarters(200, 1), { epochs: 10, batchSize: 20 });
    expect(epochs[0]?.loss).toBeGreaterThan(0.3);
    expect(epochs.at(-1)?.loss).toBeLessThan(0.03);
    expect((await model.evaluate(quarters(100, 2))).accuracy).toBe(1);
  },
);
