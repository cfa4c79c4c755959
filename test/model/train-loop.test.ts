import type { BackendName } from '../../lib/backends/backend';
import type { TrainingEvent } from '../../lib/model/events';
import type { FitOptions } from '../../lib/model/fit';
import type { Model } from '../../lib/model/model';
import { sgd } from '../../lib/optimizers/optimizer';
import { sumOfParameters } from '../support/all-bits';
import { toyData as data, toyModel, toyValidation } from '../support/trained-toy';

const BACKENDS: readonly BackendName[] = ['native', 'reference'];
const plain = (backend: BackendName): Model => toyModel(backend, { optimizer: sgd({ learningRate: 0.05 }) });

async function eventsOf(model: Model, options: FitOptions): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  await model.fit(data, { ...options, onEvent: (event) => events.push(event) });
  return events;
}

describe.each(BACKENDS)('the loop on the %s backend', (backend) => {
  it('evaluates picked training samples whenever so many have been seen, at the end of an update', async () => {
    using model = plain(backend);
    const options = { epochs: 2, batchSize: 10, accumulate: 2, evaluation: { every: 50, samples: 30 } };
    const history = await model.fit(data, options);
    // Updates end behind 20, 40, 60 ... 200, 203 samples of each epoch.
    const places = history.evaluations?.map(({ epoch, step, samplesSeen }) => [epoch, step, samplesSeen]);
    expect(places).toEqual([
      [1, 6, 60],
      [1, 10, 100],
      [1, 16, 160],
      [1, 20, 200],
      [2, 6, 263],
      [2, 10, 303],
      [2, 16, 363],
      [2, 20, 403],
    ]);
    expect(history.evaluations?.every(({ count, penalty }) => count === 30 && penalty !== undefined)).toBe(true);
    using again = plain(backend);
    expect((await again.fit(data, options)).evaluations).toEqual(history.evaluations);
    using other = plain(backend);
    const { evaluations } = await other.fit(data, { ...options, seed: 77 });
    expect(evaluations?.map(({ loss }) => loss)).not.toEqual(history.evaluations?.map(({ loss }) => loss));
  });

  it('looks at the weights as they are then, and at samples of the training set alone', async () => {
    using model = plain(backend);
    const all = data.count;
    const { evaluations = [] } = await model.fit(data, { batchSize: 20, evaluation: { every: all, samples: all } });
    const { loss, accuracy } = await model.evaluate(data);
    expect(evaluations).toMatchObject([{ samplesSeen: all, accuracy, count: all }]);
    expect(evaluations[0]?.loss).toBeCloseTo(loss, 6);
  });

  it('trains the same bits whatever is evaluated in between', async () => {
    const options = { epochs: 2, batchSize: 7, accumulate: 2 };
    using whole = toyModel(backend);
    using cut = toyModel(backend);
    const first = await whole.fit(data, { ...options, validationData: toyValidation });
    const second = await cut.fit(data, { ...options, validationData: toyValidation, evaluation: { every: 1 } });
    expect(second.evaluations).toHaveLength(2 * 15);
    expect(sumOfParameters(cut)).toBe(sumOfParameters(whole));
    const values = ({ epochs }: typeof first) =>
      epochs.map(({ seconds: _, samplesPerSecond: __, ...record }) => record);
    expect(values(second)).toEqual(values(first));
  });

  it('tells everything in plain objects, in the documented order', async () => {
    using model = plain(backend);
    const options = { epochs: 2, batchSize: 50, validationSplit: 0.2, evaluation: { every: 100, samples: 5 } };
    const events = await eventsOf(model, options);
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    const types = events.map(({ type }) => type).filter((type) => type !== 'progress');
    expect(types).toEqual(['start', 'evaluation', 'epoch', 'evaluation', 'evaluation', 'epoch', 'end']);
    const progress = events.filter((event) => event.type === 'progress');
    expect(progress.every(({ step, steps }) => step <= steps && steps === 4)).toBe(true);
  });

  it('keeps the last part of the data for validation', async () => {
    using model = plain(backend);
    using other = plain(backend);
    const split = await model.fit(data, { batchSize: 10, validationSplit: 0.25 });
    const given = await other.fit(data.slice(0, 152), { batchSize: 10, validationData: data.slice(152) });
    expect(split.epochs[0]?.validation).toEqual(given.epochs[0]?.validation);
    expect(split.epochs[0]?.validation?.count).toBe(51);
    expect(sumOfParameters(model)).toBe(sumOfParameters(other));
  });

  it('stops when nothing gets better, and leaves the best weights', async () => {
    // Steps of one length, too long for the loss to stay where it is best.
    const bouncing = { optimizer: sgd({ learningRate: 2 }), clipping: { globalNorm: 1 } };
    using model = toyModel(backend, bouncing);
    const options = { batchSize: 10, validationData: toyValidation };
    const history = await model.fit(data, {
      ...options,
      epochs: 40,
      earlyStopping: { patience: 2, restoreBest: true },
    });
    const losses = history.epochs.map(({ validation }) => validation?.loss ?? Number.NaN);
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(history.reason).toBe('stoppedEarly');
    expect(history.best).toEqual({ epoch: best, value: losses[best - 1] });
    expect(history.epochs).toHaveLength(best + 2);
    expect((await model.evaluate(toyValidation)).loss).toBe(losses[best - 1]);
    using shorter = toyModel(backend, bouncing);
    await shorter.fit(data, { ...options, epochs: best });
    expect(sumOfParameters(model)).toBe(sumOfParameters(shorter));
  });

  it('restores nothing unless asked, and counts only gains above minDelta', async () => {
    using model = plain(backend);
    const history = await model.fit(data, {
      epochs: 10,
      batchSize: 50,
      earlyStopping: { monitor: 'accuracy', patience: 1, minDelta: 2 },
    });
    expect(history.epochs).toHaveLength(2);
    expect(history.best?.epoch).toBe(1);
    using two = plain(backend);
    await two.fit(data, { epochs: 2, batchSize: 50 });
    expect(sumOfParameters(model)).toBe(sumOfParameters(two));
  });

  it('stops in the middle of a validation, too', async () => {
    using model = plain(backend);
    const controller = new AbortController();
    const fit = model.fit(data, {
      epochs: 1000,
      batchSize: 100,
      validationData: toyValidation,
      evaluation: { every: 1 },
      signal: controller.signal,
      onEvent: ({ type }) => type === 'evaluation' && controller.abort(),
    });
    const { reason, epochs, evaluations } = await fit;
    expect({ reason, epochs, evaluations: evaluations?.length }).toEqual({
      reason: 'aborted',
      epochs: [],
      evaluations: 1,
    });
    expect((await model.fit(data)).reason).toBe('done');
  });

  it('waits for a listener that returns a promise, and ends where that rejects', async () => {
    using model = plain(backend);
    let busy = false;
    const overlaps: string[] = [];
    await model.fit(data, {
      epochs: 3,
      batchSize: 50,
      onEvent: async ({ type }) => {
        if (type === 'progress') return;
        if (busy) overlaps.push(type);
        busy = true;
        await new Promise((resolve) => setTimeout(resolve, 5));
        busy = false;
      },
    });
    expect(overlaps).toEqual([]);
    const tired = new Error('tired');
    const listener = (type: TrainingEvent['type']): FitOptions => ({
      batchSize: 1,
      onEvent: (event) => (event.type === type ? Promise.reject(tired) : undefined),
    });
    await expect(model.fit(data, listener('epoch'))).rejects.toBe(tired);
    // Of an epoch that takes no time there is no progress to be told.
    const long = data.select(Array.from({ length: 400_000 }, (_, index) => index % data.count));
    await expect(model.fit(long, listener('progress'))).rejects.toBe(tired);
  });
});

it.each<[FitOptions, RegExp]>([
  [{ validationSplit: 0 }, /^validationSplit must be a number above 0 and below 1, found 0$/],
  [{ validationSplit: Number.NaN }, /found NaN$/],
  [{ validationSplit: 0.0001 }, /must leave samples on both sides, found 0.0001 of 203 samples$/],
  [{ validationSplit: 0.5, validationData: toyValidation }, /left out with validationData, found both$/],
  [{ evaluation: { every: 0 } }, /^evaluation.every must be a whole number of at least 1, found 0$/],
  [{ evaluation: { every: 10, samples: 204 } }, /^evaluation.samples must be a whole number from 1 to 203/],
  [{ earlyStopping: { patience: 0 } }, /^earlyStopping.patience must be a whole number of at least 1, found 0$/],
  [{ earlyStopping: { minDelta: -1 } }, /^earlyStopping.minDelta must be a finite number of at least 0, found -1$/],
  [{ earlyStopping: { monitor: 'validationLoss' } }, /^earlyStopping watches validationLoss, which needs validation/],
  [{ resume: true }, /^resume must be a path where there is no checkpoint.folder, found true$/],
  [{ checkpoint: { folder: '' } }, /^checkpoint.folder must be the path of a folder, found ""$/],
  [{ checkpoint: { folder: 'x', keep: 0 } }, /^checkpoint.keep must be a whole number of at least 1, found 0$/],
  [{ checkpoint: { folder: 'x', everySteps: 1.5 } }, /^checkpoint.everySteps must be a whole number/],
  [{ checkpoint: { folder: 'x', everyEpochs: 0 } }, /^checkpoint.everyEpochs must be a whole number/],
  [{ checkpoint: { folder: 'x', everySeconds: 0 } }, /^checkpoint.everySeconds must be a finite number above 0/],
  [
    { checkpoint: { folder: 'x', everySteps: 1, everySeconds: 1 } },
    /^checkpoint takes one interval, found everySteps and everySeconds$/,
  ],
])('refuses options that make no sense: case %#', async (options, message) => {
  using model = toyModel('native', { optimizer: 'sgd' });
  await expect(model.fit(data, options)).rejects.toMatchObject({
    code: 'E_OPTION',
    message: expect.stringMatching(message),
  });
});
