import type { BackendName } from '../../lib/backends/backend';
import type { TrainingEvent } from '../../lib/model/events';
import { sumOfParameters } from '../support/all-bits';
import { quarters } from '../support/toy';
import { toyData, toyModel, toyOptions } from '../support/trained-toy';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.each<BackendName>(['native', 'reference'])('a loop over events on the %s backend', (backend) => {
  it('sees what a listener sees, and comes to the same bits', async () => {
    using heard = toyModel(backend);
    const told: TrainingEvent[] = [];
    const history = await heard.fit(toyData, { ...toyOptions, onEvent: (event) => told.push(event) });
    using looped = toyModel(backend);
    const seen: TrainingEvent[] = [];
    const beside: TrainingEvent[] = [];
    const events = looped.train(toyData, { ...toyOptions, onEvent: (event) => beside.push(event) });
    let next = await events.next();
    for (; !next.done; next = await events.next()) seen.push(next.value);
    const types = (list: readonly TrainingEvent[]): string[] =>
      list.map(({ type }) => type).filter((type) => type !== 'progress');
    expect(types(seen)).toEqual(types(told));
    expect(types(beside)).toEqual(types(told));
    expect(next.value.epochs.map(({ loss }) => loss)).toEqual(history.epochs.map(({ loss }) => loss));
    expect(sumOfParameters(looped)).toBe(sumOfParameters(heard));
  });

  it('has the training wait while its body works', async () => {
    using model = toyModel(backend);
    let epochs = 0;
    const onEvent = ({ type }: TrainingEvent): void => {
      if (type === 'epoch') epochs += 1;
    };
    let seen = 0;
    for await (const { type } of model.train(toyData, { ...toyOptions, onEvent })) {
      if (type !== 'epoch') continue;
      seen += 1;
      const weights = sumOfParameters(model);
      await pause(20);
      expect(epochs).toBe(seen);
      expect(sumOfParameters(model)).toBe(weights);
    }
    expect(seen).toBe(4);
  });

  it('is left by break with the weights of that moment, and the model goes on', async () => {
    using model = toyModel(backend);
    for await (const { type } of model.train(toyData, { ...toyOptions, epochs: 100_000 })) if (type === 'epoch') break;
    using short = toyModel(backend);
    await short.fit(toyData, { ...toyOptions, epochs: 1 });
    expect(sumOfParameters(model)).toBe(sumOfParameters(short));
    const unread = model.train(toyData, toyOptions);
    expect((await unread.next()).value).toMatchObject({ type: 'start' });
    await expect(model.fit(toyData, toyOptions)).rejects.toMatchObject({ code: 'E_STATE' });
    await unread.return(undefined as never);
    expect((await model.fit(toyData, toyOptions)).reason).toBe('done');
  });

  it('is left from within progress, too', async () => {
    using model = toyModel(backend);
    const data = quarters(20_000, 4);
    for await (const { type } of model.train(data, { ...toyOptions, evaluation: { every: 10_000 }, epochs: 50 })) {
      if (type === 'progress') break;
    }
    expect((await model.evaluate(toyData)).count).toBe(203);
  });

  it('throws what the training throws, and stops where its body throws', async () => {
    using model = toyModel(backend);
    await expect(model.train(toyData, { ...toyOptions, epochs: 0 }).next()).rejects.toMatchObject({ code: 'E_OPTION' });
    const failing = async (): Promise<void> => {
      for await (const event of model.train(toyData, toyOptions)) throw new Error(event.type);
    };
    await expect(failing()).rejects.toThrow('start');
    expect((await model.fit(toyData, toyOptions)).reason).toBe('done');
  });

  it('ends by the signal with the event of the end', async () => {
    using model = toyModel(backend);
    const controller = new AbortController();
    const seen: TrainingEvent[] = [];
    for await (const event of model.train(toyData, { ...toyOptions, epochs: 1000, signal: controller.signal })) {
      seen.push(event);
      if (event.type === 'epoch') controller.abort();
    }
    expect(seen.at(-1)).toMatchObject({ type: 'end', reason: 'aborted', epochs: 1 });
    const late = model.train(toyData, { ...toyOptions, signal: AbortSignal.abort() });
    expect((await late.next()).value).toMatchObject({ type: 'start' });
    expect((await late.next()).value).toMatchObject({ type: 'end', reason: 'aborted' });
    expect(await late.next()).toMatchObject({ done: true, value: { reason: 'aborted', epochs: [] } });
  });
});
