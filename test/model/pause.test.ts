import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import type { LaminetError } from '../../lib/errors';
import type { TrainingEvent } from '../../lib/model/events';
import { PauseController } from '../../lib/model/pause';
import { sumOfParameters } from '../support/all-bits';
import { toyData, toyModel, toyOptions, toyValidation } from '../support/trained-toy';

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Epochs that are long enough to be paused in their midst, and updates of three batches. */
const long = toyData.select(Array.from({ length: 8_000 }, (_, index) => index % toyData.count));
const plain = { batchSize: 50, validationData: toyValidation };
const options = { ...toyOptions, epochs: 2, evaluation: { every: 3_000, samples: 20 } };

describe.each<BackendName>(['native', 'reference'])('pausing on the %s backend', (backend) => {
  it('changes no bit, wherever it falls', async () => {
    using whole = toyModel(backend);
    const expected = await whole.fit(long, options);
    using held = toyModel(backend);
    const pause = new PauseController();
    const events: TrainingEvent[] = [];
    const training = held.fit(long, { ...options, pause, onEvent: (event) => events.push(event) });
    let ended = false;
    const done = training.finally(() => {
      ended = true;
    });
    for (let length = 1; !ended; length = (length * 3) % 17) {
      await sleep(length);
      pause.pause();
      await sleep(2);
      pause.resume();
    }
    const found = await done;
    const places = events.filter(({ type }) => type === 'pause').map((event) => ('step' in event ? event.step : 0));
    expect(places.filter((step) => step > 0).length).toBeGreaterThan(3);
    expect(places.every((step) => step % toyOptions.accumulate === 0)).toBe(true);
    expect(sumOfParameters(held)).toBe(sumOfParameters(whole));
    const values = ({ epochs, evaluations }: typeof found) => ({
      epochs: epochs.map(({ seconds: _, samplesPerSecond: __, ...record }) => record),
      evaluations,
    });
    expect(values(found)).toEqual(values(expected));
  }, 120_000);

  it('holds the run where it says so, and lets it go on there', async () => {
    using model = toyModel(backend);
    const pause = new PauseController();
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent): void => {
      events.push(event);
      if (event.type === 'epoch' && event.epoch === 1) pause.pause();
      if (event.type === 'pause') held();
    };
    let held = (): void => undefined;
    const holding = new Promise<void>((resolve) => {
      held = resolve;
    });
    const training = model.fit(toyData, { ...plain, epochs: 2, pause, onEvent });
    await Promise.race([holding, training]);
    const weights = sumOfParameters(model);
    await sleep(20);
    expect(sumOfParameters(model)).toBe(weights);
    expect(events.at(-1)).toEqual({ type: 'pause', epoch: 2, step: 0 });
    pause.resume();
    expect((await training).reason).toBe('done');
    const behind = events.slice(events.findIndex(({ type }) => type === 'pause') + 1);
    expect(behind[0]).toEqual({ type: 'resume', epoch: 2, step: 0 });
    expect(sumOfParameters(model)).not.toBe(weights);
  });

  it('begins held where it was paused before, and stops by the signal', async () => {
    using model = toyModel(backend);
    const weights = sumOfParameters(model);
    const pause = new PauseController();
    const controller = new AbortController();
    pause.pause();
    const types: string[] = [];
    const training = model.fit(toyData, {
      ...plain,
      pause,
      signal: controller.signal,
      onEvent: ({ type }) => {
        types.push(type);
        if (type === 'pause') setTimeout(() => controller.abort(), 5);
      },
    });
    expect(await training).toMatchObject({ reason: 'aborted', epochs: [] });
    expect(types).toEqual(['start', 'pause', 'end']);
    expect(sumOfParameters(model)).toBe(weights);
    pause.resume();
    expect((await model.fit(toyData, { ...plain, pause })).reason).toBe('done');
  });
});

it.each<BackendName>(['native', 'reference'])(
  'a loss that is no number behind pauses ends the run as without them, on the %s backend',
  async (backend) => {
    const samples = Float32Array.from(long.samples, (byte) => byte / 255);
    samples[64 * (long.count - 20)] = Number.NaN;
    const spoilt = Dataset.from({ samples, shape: [1, 8, 8], labels: long.labels ?? [], name: 'spoilt' });
    const endOf = async (pause: PauseController): Promise<unknown> => {
      using model = toyModel(backend);
      const error = await model
        .fit(spoilt, { ...plain, batchSize: 4, shuffle: false, pause })
        .catch((reason: unknown) => reason);
      const { code, message } = error as LaminetError;
      return { code, message, weights: sumOfParameters(model) };
    };
    const expected = await endOf(new PauseController());
    expect(expected).toMatchObject({ code: 'E_DIVERGED' });
    const pause = new PauseController();
    let pauses = 0;
    const timer = setInterval(() => {
      pause.pause();
      pauses += 1;
      setTimeout(() => pause.resume(), 1);
    }, 3);
    try {
      expect(await endOf(pause)).toEqual(expected);
    } finally {
      clearInterval(timer);
    }
    expect(pauses).toBeGreaterThan(3);
  },
  120_000,
);
