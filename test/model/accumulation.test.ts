import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { crossEntropy } from '../../lib/losses/loss';
import type { TrainingEvent } from '../../lib/model/events';
import type { FitOptions } from '../../lib/model/fit';
import type { Model, ModelOptions } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';
import { adam } from '../../lib/optimizers/adam';
import { sgd } from '../../lib/optimizers/optimizer';
import { l2 } from '../../lib/regularizers/regularizer';
import { stepDecay } from '../../lib/schedules/piecewise';
import { expectClose, float32Training } from '../support/tolerance';
import { quarters } from '../support/toy';

const data = quarters(77, 1);

function network(backend: BackendName, options: Partial<ModelOptions> = {}): Model {
  const layers = [
    conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }),
    flatten(),
    dense({ units: 4, activation: 'softmax' }),
  ];
  const model = sequential(layers, { inputShape: [1, 8, 8], seed: 3, name: 'toy' });
  return model.compile({ loss: 'crossEntropy', backend, threads: 2, ...options });
}

const weightsOf = (model: Model): number[] => model.graph.parameters.flatMap(({ name }) => [...model.parameter(name)]);

describe.each<BackendName>(['native', 'reference'])('accumulation on the %s backend', (backend) => {
  // 77 samples: in batches of 8 by threes 24 + 24 + 24 + 5, the last one of a single batch; in fours 32 + 32 + 13.
  it.each([
    [8, 3],
    [8, 4],
    [16, 2],
    [16, 4],
    [1, 7],
    [77, 5],
  ])('of batches of %p by %p makes the updates of larger batches', async (batchSize, accumulate) => {
    const rules = { optimizer: adam({ learningRate: 0.01 }), regularizer: l2(0.1), clipping: { globalNorm: 0.5 } };
    using gathered = network(backend, rules);
    using whole = network(backend, rules);
    const fit = { epochs: 2, shuffle: false } as const;
    await gathered.fit(data, { ...fit, batchSize, accumulate });
    await whole.fit(data, { ...fit, batchSize: Math.min(77, batchSize * accumulate) });
    expectClose('weights', weightsOf(gathered), weightsOf(whole), float32Training(2 * Math.ceil(77 / batchSize), 77));
  });

  it('of one batch is what there is without it', async () => {
    using once = network(backend);
    using plain = network(backend);
    await once.fit(data, { batchSize: 16, accumulate: 1 });
    await plain.fit(data, { batchSize: 16 });
    expect(weightsOf(once)).toEqual(weightsOf(plain));
  });

  it('tells of every batch, and has schedules count updates', async () => {
    // Updates of an epoch: batches 1-2, 3-4 and 5. The rate falls with every one of them.
    const learningRate = stepDecay({ learningRate: 0.5, every: 1, unit: 'step', factor: 0.5 });
    using model = network(backend, { optimizer: sgd({ learningRate }) });
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent): void => void events.push(event);
    const { epochs } = await model.fit(data, { batchSize: 16, accumulate: 2, epochs: 2, onEvent });
    expect(events[0]).toMatchObject({ type: 'start', stepsPerEpoch: 5 });
    expect(epochs.map((epoch) => epoch.learningRate)).toEqual([0.125, 0.015625]);
  });

  it('leaves the weights of the last finite loss where a later one is not', async () => {
    // The fourth batch, the second of the second update, has a sample that is not finite.
    const samples = Float32Array.from({ length: 64 * 64 }, (_, index) => Math.sin(index));
    const labels = Int32Array.from({ length: 64 }, (_, index) => index % 4);
    const good = Dataset.from({ samples: samples.slice(), labels, shape: [1, 8, 8], classes: 4 });
    samples[60 * 64] = Number.NaN;
    const bad = Dataset.from({ samples, labels, shape: [1, 8, 8], classes: 4 });
    const fit: FitOptions = { batchSize: 16, accumulate: 2, shuffle: false };
    using diverged = network(backend, { optimizer: adam() });
    await expect(diverged.fit(bad, fit)).rejects.toThrow(/the loss of step 4 in epoch 1/);
    using plain = network(backend, { optimizer: adam() });
    await plain.fit(good.slice(0, 32), fit);
    expect(weightsOf(diverged)).toEqual(weightsOf(plain));
    // The optimizer goes on from there, too.
    await diverged.fit(good, fit);
    await plain.fit(good, fit);
    expect(weightsOf(diverged)).toEqual(weightsOf(plain));
  });

  it('drops what was gathered where a run is stopped', async () => {
    using stopped = network(backend, { optimizer: adam() });
    using fresh = network(backend, { optimizer: adam() });
    const before = weightsOf(stopped);
    const stop = new AbortController();
    stop.abort();
    await stopped.fit(data, { batchSize: 16, accumulate: 5, signal: stop.signal });
    expect(weightsOf(stopped)).toEqual(before);
    for (const each of [stopped, fresh]) await each.fit(data, { batchSize: 16, accumulate: 5 });
    expect(weightsOf(stopped)).toEqual(weightsOf(fresh));
  });

  it.each([0, -1, 1.5, Number.NaN])('of %p batches is refused', async (accumulate) => {
    using model = network(backend);
    await expect(model.fit(data, { accumulate })).rejects.toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: `accumulate must be a whole number of at least 1, found ${accumulate}`,
      }),
    );
  });

  it('of several batches is refused where samples have shares of their own in a loss', async () => {
    const expected = {
      code: 'E_OPTION',
      message: 'accumulate must be 1 with sample weights, class weights or losses that are summed, found 2',
    };
    const sampleWeights = new Float64Array(77).fill(0.5);
    using plain = network(backend);
    await expect(plain.fit(data, { accumulate: 2, sampleWeights })).rejects.toMatchObject(expected);
    await expect(plain.fit(data.withSampleWeights(sampleWeights), { accumulate: 2 })).rejects.toMatchObject(expected);
    using weighted = network(backend, { loss: crossEntropy({ classWeights: [1, 2, 1, 1] }) });
    await expect(weighted.fit(data, { accumulate: 2 })).rejects.toMatchObject(expected);
    using summed = network(backend, { loss: crossEntropy({ reduction: 'sum' }) });
    await expect(summed.fit(data, { accumulate: 2 })).rejects.toMatchObject(expected);
  });

  it('of one batch goes with sample weights and a penalty, which is that without them', async () => {
    const sampleWeights = Float64Array.from({ length: 77 }, (_, index) => index % 3);
    using weighted = network(backend, { regularizer: l2(0.1), optimizer: sgd({ learningRate: 1e-9 }) });
    using plain = network(backend, { regularizer: l2(0.1), optimizer: sgd({ learningRate: 1e-9 }) });
    const options: FitOptions = { batchSize: 16, accumulate: 1, shuffle: false };
    const { epochs: withWeights } = await weighted.fit(data, { ...options, sampleWeights });
    const { epochs: without } = await plain.fit(data, options);
    const penaltyOf = (epochs: typeof without): number[] => [epochs[0]?.penalty ?? Number.NaN];
    expectClose('penalty', penaltyOf(withWeights), penaltyOf(without), float32Training(5, 77));
  });
});
