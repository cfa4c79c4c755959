import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { chain } from '../../lib/model/graph';
import type { Model } from '../../lib/model/model';
import { OptimizerState } from '../../lib/model/optimizer-state';
import { sequential } from '../../lib/model/sequential';
import { adam, nadam } from '../../lib/optimizers/adam';
import { rmsprop } from '../../lib/optimizers/adaptive';
import type { Optimizer } from '../../lib/optimizers/contract';
import { muon } from '../../lib/optimizers/muon';
import { type OptimizerName, sgd, toOptimizer } from '../../lib/optimizers/optimizer';
import { optimizerCases } from '../cases/optimizer';
import { quarters } from '../support/toy';

const data = quarters(100, 1);
const OPTIONS = { batchSize: 16, shuffle: false } as const;

function toy(backend: BackendName, optimizer: Optimizer | OptimizerName): Model {
  const layers = [
    conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }),
    flatten(),
    dense({ units: 4, activation: 'softmax' }),
  ];
  const model = sequential(layers, { inputShape: [1, 8, 8], seed: 3, name: 'toy' });
  return model.compile({ optimizer, loss: 'crossEntropy', backend, threads: 2 });
}

const weightsOf = (model: Model): number[] =>
  ['conv2d_1.weight', 'conv2d_1.bias', 'dense_1.weight', 'dense_1.bias'].flatMap((name) => [...model.parameter(name)]);

describe.each<BackendName>(['native', 'reference'])('on the %s backend', (backend) => {
  it.each(optimizerCases)('$name goes on from one fit to the next', async ({ optimizer }) => {
    using once = toy(backend, optimizer);
    await once.fit(data, { ...OPTIONS, epochs: 2 });
    using twice = toy(backend, optimizer);
    await twice.fit(data, OPTIONS);
    await twice.fit(data, OPTIONS);
    expect(weightsOf(twice)).toEqual(weightsOf(once));
  });

  it('begins anew when the model is compiled again', async () => {
    const optimizer = adam({ learningRate: 0.01 });
    using trained = toy(backend, optimizer);
    await trained.fit(data, OPTIONS);
    using fresh = toy(backend, optimizer);
    const names = ['conv2d_1.weight', 'conv2d_1.bias', 'dense_1.weight', 'dense_1.bias'];
    for (const name of names) fresh.parameter(name).set(trained.parameter(name));
    trained.compile({ optimizer, loss: 'crossEntropy', backend });
    await trained.fit(data, OPTIONS);
    await fresh.fit(data, OPTIONS);
    expect(weightsOf(trained)).toEqual(weightsOf(fresh));
  });

  it('is that of the last good step after a run that diverged', async () => {
    // Samples whose last one, in the third step of four, is not finite.
    const samples = Float32Array.from({ length: 64 * 64 }, (_, index) => Math.sin(index));
    const labels = Int32Array.from({ length: 64 }, (_, index) => index % 4);
    const good = Dataset.from({ samples: samples.slice(), labels, shape: [1, 8, 8], classes: 4 });
    samples[40 * 64] = Number.NaN;
    const bad = Dataset.from({ samples, labels, shape: [1, 8, 8], classes: 4 });
    const first = Dataset.from({
      samples: samples.slice(0, 16 * 64),
      labels: labels.slice(0, 16),
      shape: [1, 8, 8],
      classes: 4,
    });
    using diverged = toy(backend, nadam({ learningRate: 0.01 }));
    await expect(diverged.fit(bad, OPTIONS)).rejects.toThrow(/the loss of step 3 in epoch 1/);
    using plain = toy(backend, nadam({ learningRate: 0.01 }));
    await plain.fit(first, OPTIONS);
    expect(weightsOf(diverged)).toEqual(weightsOf(plain));
    await diverged.fit(good, OPTIONS);
    await plain.fit(good, OPTIONS);
    expect(weightsOf(diverged)).toEqual(weightsOf(plain));
  });

  it('learns with each optimizer by its name', async () => {
    for (const name of [
      'adam',
      'adamw',
      'adamax',
      'nadam',
      'radam',
      'rmsprop',
      'adagrad',
      'adadelta',
      'lion',
      'muon',
    ] as const) {
      using model = toy(backend, name);
      const { epochs } = await model.fit(data, { ...OPTIONS, epochs: 5 });
      expect({ name, falls: (epochs.at(-1)?.loss ?? 1) < (epochs[0]?.loss ?? 0) }).toEqual({ name, falls: true });
    }
  });
});

it('is as large as the optimizer asks for, and empty without slots', () => {
  const graph = chain([3], [dense({ units: 2 })]);
  const elements = graph.parameterElements;
  const lengths = [sgd(), sgd({ momentum: 0.9 }), adam(), adam({ amsgrad: true }), rmsprop({ centered: true })].map(
    (optimizer) => new OptimizerState({ optimizer }, graph, 'float32').values.length,
  );
  expect(lengths).toEqual([0, elements, 2 * elements, 3 * elements, 2 * elements]);
});

it('is reached as tensors by name: what the optimizer keeps of each parameter, and the average', () => {
  const layers = [conv2d({ filters: 2, kernelSize: 3 }), flatten(), dense({ units: 2 })];
  const graph = chain([1, 4, 4], layers);
  const state = new OptimizerState({ optimizer: muon(), averaging: {} }, graph, 'float32');
  const tensors = [...state.tensors()];
  expect(tensors.map(({ name, shape }) => `${name} ${shape}`)).toEqual([
    'momentum conv2d_1.weight 2,1,3,3',
    'mean conv2d_1.bias 2',
    'momentum dense_1.weight 2,8',
    'mean dense_1.bias 2',
    'squares conv2d_1.bias 2',
    'squares dense_1.bias 2',
    'average conv2d_1.weight 2,1,3,3',
    'average conv2d_1.bias 2',
    'average dense_1.weight 2,8',
    'average dense_1.bias 2',
  ]);
  for (const [index, { values }] of tensors.entries()) values.fill(index + 1);
  // No tensor lies over another.
  for (const [index, { values }] of tensors.entries()) expect(values.every((value) => value === index + 1)).toBe(true);
});

it('refuses groups of parameters that the network has none of', () => {
  const graph = chain([3], [dense({ units: 2 })]);
  const optimizer = sgd({ groups: [{ match: 'conv*', learningRateFactor: 2 }] });
  expect(() => new OptimizerState({ optimizer }, graph, 'float32')).toThrow(
    expect.objectContaining({ code: 'E_OPTION', message: expect.stringContaining('groups[0] of sgd') }),
  );
});

it('gives the factors of the steps to come, whatever was asked for before', () => {
  const graph = chain([3], [dense({ units: 2 })]);
  const optimizer = nadam();
  const rates = new Float64Array(6).fill(0.1);
  const state = new OptimizerState({ optimizer }, graph, 'float32');
  const all = [...(state.memory(rates).factors ?? [])];
  state.steps = 4;
  expect([...(state.memory(rates.slice(0, 2)).factors ?? [])]).toEqual(all.slice(12));
  state.steps = 0;
  expect([...(state.memory(rates).factors ?? [])]).toEqual(all);
});

it('optimizers are named, and others are refused', () => {
  expect(toOptimizer('adamw').name).toBe('adamw');
  expect(() => toOptimizer('adams' as OptimizerName)).toThrow(
    'there is no optimizer "adams"; there is sgd, adagrad, adadelta, rmsprop, adam, adamw, adamax, nadam, radam, lion, muon',
  );
});
