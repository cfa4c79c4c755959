import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import type { LaminetError } from '../../lib/errors';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import type { FitOptions } from '../../lib/model/fit';
import type { Model } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';
import { sgd } from '../../lib/optimizers/optimizer';
import { permutation, RandomStream } from '../../lib/tensor/philox';
import { sumOfParameters } from '../support/all-bits';
import { quarters } from '../support/toy';

function linear(backend: BackendName, learningRate: number): Model {
  return sequential([flatten(), dense({ units: 8, name: 'hidden' }), dense({ units: 4, name: 'last' })], {
    inputShape: [1, 8, 8],
    name: 'linear',
  }).compile({ optimizer: sgd({ learningRate }), loss: 'sse', backend, threads: 2 });
}

describe.each<BackendName>(['native', 'reference'])('a loss that explodes on the %s backend', (backend) => {
  const data = quarters(160, 1);

  it('stops the run with the step, the layer and the reason, and keeps the last good weights', async () => {
    using model = linear(backend, 3);
    const start = [...model.parameter('hidden.weight')];
    const error = await model.fit(data, { epochs: 3, batchSize: 16 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'E_DIVERGED',
      message: expect.stringMatching(
        /^the loss of step \d+ in epoch 1 is not a finite number; it began in (loss|last|hidden), in the result of \w+; the loss grew from \S+ to \S+ in the \d+ steps before: the learning rate of 3 is too high/,
      ),
      details: { epoch: 1, learningRate: 3 },
    });
    const { step } = (error as { details: { step: number } }).details;
    expect(step).toBeGreaterThan(2);

    // The weights are those with which the step before had its finite loss: training so many steps anew gives the same.
    using again = linear(backend, 3);
    const order = await stepsBefore(again, data, step);
    expect([...model.parameter('hidden.weight')]).toEqual(order);
    expect([...model.parameter('hidden.weight')]).not.toEqual(start);
    expect(model.parameter('last.weight').every(Number.isFinite)).toBe(true);
    expect((await model.predict(data.slice(0, 1))).data.every(Number.isFinite)).toBe(true);
  });

  it.each([16, 32, 48])(
    'leaves the same weights where evaluations every %i samples cut the epoch into calls',
    async (every) => {
      const outcome = async (options: FitOptions): Promise<unknown> => {
        using model = linear(backend, 3);
        const error = await model
          .fit(data, { epochs: 3, batchSize: 16, ...options })
          .catch((reason: unknown) => reason);
        const { code, message, details } = error as LaminetError;
        return { code, message, details, weights: sumOfParameters(model) };
      };
      const whole = await outcome({});
      expect(whole).toMatchObject({ code: 'E_DIVERGED' });
      expect(await outcome({ evaluation: { every, samples: 4 } })).toEqual(whole);
    },
  );

  it('names the sample where the data hold the cause', async () => {
    using model = linear(backend, 0.01);
    const samples = Float32Array.from(data.samples, (byte) => byte / 255);
    samples[64 * 33 + 5] = Number.NaN;
    const spoilt = Dataset.from({ samples, shape: [1, 8, 8], labels: data.labels ?? [], name: 'spoilt' });
    const before = [...model.parameter('last.weight')];
    const error = await model.fit(spoilt, { batchSize: 16, shuffle: false }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'E_DIVERGED',
      message: expect.stringMatching(
        /step 3 in epoch 1 .* sample 33 of the data holds a value that is not a finite number/,
      ),
    });
    expect([...model.parameter('last.weight')]).not.toEqual(before);
    expect(model.parameter('last.weight').every(Number.isFinite)).toBe(true);
  });

  it('in the first step leaves the first weights', async () => {
    using model = linear(backend, 0.01);
    const huge = Dataset.from({
      samples: Float32Array.from(data.samples, () => 3e38),
      shape: [1, 8, 8],
      labels: data.labels ?? [],
    });
    const before = [...model.parameter('last.weight')];
    await expect(model.fit(huge, { batchSize: 16 })).rejects.toMatchObject({
      code: 'E_DIVERGED',
      message: expect.stringMatching(/it began in hidden, in the result of dense; it is so from the first step on/),
    });
    expect([...model.parameter('last.weight')]).toEqual(before);
  });
});

/** The weights after the updates that precede the last step with a finite loss, when `failing` was the first without. */
async function stepsBefore(model: Model, data: Dataset, failing: number): Promise<number[]> {
  const order = permutation(data.count, model.seed, RandomStream.shuffle, 1).slice(0, (failing - 2) * 16);
  const samples = Uint8Array.from(
    [...order].flatMap((index) => [...data.samples.subarray(index * 64, index * 64 + 64)]),
  );
  const labels = [...order].map((index) => data.labels?.[index] ?? 0);
  const picked = Dataset.from({ samples, shape: [1, 8, 8], labels, classes: 4 });
  await model.fit(picked, { batchSize: 16, shuffle: false });
  return [...model.parameter('hidden.weight')];
}
