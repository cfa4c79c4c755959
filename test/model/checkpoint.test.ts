import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import { decodeSafetensors, encodeSafetensors } from '../../lib/formats/safetensors';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { contentSum, readTraining } from '../../lib/model/checkpoint';
import type { CheckpointOptions } from '../../lib/model/checkpoint-keeper';
import type { History, TrainingEvent } from '../../lib/model/events';
import type { FitOptions } from '../../lib/model/fit';
import { loadModel } from '../../lib/model/load-model';
import type { Model, ModelOptions } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';
import { adam } from '../../lib/optimizers/adam';
import { sgd } from '../../lib/optimizers/optimizer';
import { l2 } from '../../lib/regularizers/regularizer';
import { cosineDecay } from '../../lib/schedules/cosine';
import { sumOfParameters } from '../support/all-bits';
import { quarters } from '../support/toy';
import { compileToy, toyData, toyModel, toyNetwork, toyOptions, toyValidation } from '../support/trained-toy';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-checkpoint-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What a history says that is no time. */
function timeless(history: History): unknown {
  return JSON.parse(
    JSON.stringify(history, (key, value) => (key === 'seconds' || key === 'samplesPerSecond' ? undefined : value)),
  );
}

/** All that a training leaves: parameters, averages, what is told. */
async function outcome(model: Model, history: History): Promise<unknown> {
  const averaged = await model.evaluate(toyValidation, { weights: 'average' });
  return { parameters: sumOfParameters(model), averaged, history: timeless(history) };
}

describe.each<BackendName>(['native', 'reference'])('checkpoints on the %s backend', (backend) => {
  it('take up a run at any update and come to the same bits, on any number of threads', async () => {
    using undisturbed = toyModel(backend);
    const expected = await outcome(undisturbed, await undisturbed.fit(toyData, toyOptions));
    using watched = toyModel(backend);
    const checkpoint = { folder, everySteps: 5, keep: 1000 };
    expect(await outcome(watched, await watched.fit(toyData, { ...toyOptions, checkpoint }))).toEqual(expected);
    const files = (await readdir(folder)).sort();
    // Updates end behind 3, 6, 9 ... 24 and 26 batches of each epoch.
    expect(files.slice(0, 5).map((name) => Number(name.slice(5, 15)))).toEqual([6, 12, 18, 24, 29]);
    expect(files.at(-1)).toBe('step-0000000104.safetensors');
    for (const [index, file] of files.entries()) {
      // Other weights to begin with, and an optimizer that has worked.
      using model = compileToy(toyNetwork(99), { backend, threads: 1 + (index % 3) });
      if (index % 4 === 0) await model.fit(toyData.slice(0, 50), { validationData: toyValidation });
      const history = await model.fit(toyData, { ...toyOptions, resume: join(folder, file) });
      expect(await outcome(model, history)).toEqual(expected);
    }
  });

  it('are written where a signal stops the run, whatever it was doing', async () => {
    // The last evaluation of an epoch comes after its last step.
    const options = { ...toyOptions, evaluation: { every: 29, samples: 20 } };
    using undisturbed = toyModel(backend);
    const expected = await outcome(undisturbed, await undisturbed.fit(toyData, options));
    const stoppedAt = new Set<string>();
    // Each life is stopped by one of its first events: in an evaluation among steps or behind them, or at an epoch's end.
    for (let life = 0; ; life++) {
      using model = toyModel(backend, { threads: 1 + (life % 3) });
      const controller = new AbortController();
      let [told, last] = [0, ''];
      const history = await model.fit(toyData, {
        ...options,
        checkpoint: { folder, everySeconds: 1e6, keep: 2 },
        resume: true,
        signal: controller.signal,
        onEvent: ({ type, ...event }) => {
          last = type === 'checkpoint' && 'step' in event ? `step ${event.step}` : last;
          // How often there is time to tell of progress is the machine's affair.
          if (type !== 'progress' && told++ === 1 + (life % 4)) controller.abort();
        },
      });
      if (history.reason === 'done') {
        expect(await outcome(model, history)).toEqual(expected);
        break;
      }
      stoppedAt.add(last);
      expect(life).toBeLessThan(200);
    }
    // At the end of the steps, with the validation to come; between two epochs; in the middle of one.
    expect(stoppedAt).toContain('step 26');
    expect(stoppedAt).toContain('step 0');
    expect(stoppedAt.size).toBeGreaterThan(4);
  });

  it('where the signal stops the run among the batches of an update are of the end of the one before', async () => {
    using undisturbed = toyModel(backend);
    const expected = await outcome(undisturbed, await undisturbed.fit(toyData, toyOptions));
    const steps: number[] = [];
    for (let life = 0; ; life++) {
      using model = toyModel(backend);
      const controller = new AbortController();
      const history = await model.fit(toyData, {
        ...toyOptions,
        checkpoint: { folder, everySeconds: 1e6, keep: 2 },
        resume: true,
        signal: controller.signal,
        onEvent: (event) => {
          // By now the plan has begun the steps up to the next evaluation, and is stopped in any of them.
          if (event.type === 'evaluation' || event.type === 'epoch') setTimeout(() => controller.abort(), life % 3);
          if (event.type === 'checkpoint') steps.push(event.step);
        },
      });
      if (history.reason !== 'done') continue;
      expect(await outcome(model, history)).toEqual(expected);
      break;
    }
    expect(steps.every((step) => step % 3 === 0 || step === 26)).toBe(true);
  });

  it('keep the best weights and the count of bad epochs of early stopping', async () => {
    const rules = { optimizer: sgd({ learningRate: 1 }), clipping: { globalNorm: 1 } };
    const options = { ...toyOptions, epochs: 30, earlyStopping: { patience: 2, restoreBest: true } };
    using undisturbed = toyModel(backend, rules);
    const history = await undisturbed.fit(toyData, options);
    expect(history.reason).toBe('stoppedEarly');
    const expected = await outcome(undisturbed, history);
    using watched = toyModel(backend, rules);
    await watched.fit(toyData, { ...options, checkpoint: { folder, keep: 3 } });
    const files = await readdir(folder);
    expect(files).toHaveLength(3);
    for (const file of files) {
      using model = toyModel(backend, rules);
      const resumed = await model.fit(toyData, { ...options, resume: join(folder, file) });
      expect(await outcome(model, resumed)).toEqual(expected);
    }
  });

  it('go on to more epochs, or are done already', async () => {
    const options = { batchSize: 20, validationData: toyValidation };
    using model = toyModel(backend);
    await model.fit(toyData, { ...options, epochs: 2, checkpoint: { folder } });
    using more = toyModel(backend);
    const history = await more.fit(toyData, { ...options, epochs: 3, resume: folder });
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    using whole = toyModel(backend);
    await whole.fit(toyData, { ...options, epochs: 3 });
    expect(sumOfParameters(more)).toBe(sumOfParameters(whole));
    using again = toyModel(backend);
    const events: TrainingEvent[] = [];
    const done = await again.fit(toyData, {
      ...options,
      epochs: 2,
      resume: folder,
      onEvent: (event) => events.push(event),
    });
    expect(done.reason).toBe('done');
    expect(events).toMatchObject([
      { type: 'start', resumed: { epoch: 3, step: 0 } },
      { type: 'end', epochs: 2 },
    ]);
    expect(sumOfParameters(again)).toBe(sumOfParameters(model));
    await expect(again.fit(toyData, { ...options, epochs: 1, resume: folder })).rejects.toMatchObject({
      code: 'E_OPTION',
      message: expect.stringMatching(/^epochs must be at least 2, which .* has begun, found 1$/),
    });
  });
});

describe('a folder of checkpoints', () => {
  const options = { epochs: 3, batchSize: 20, validationData: toyValidation };

  it('is told of in events, and holds the last ones alone', async () => {
    using model = toyModel('native');
    const told: string[] = [];
    await model.fit(toyData, {
      ...options,
      checkpoint: { folder, everySteps: 4, keep: 2 },
      onEvent: (event) => event.type === 'checkpoint' && told.push(`${event.epoch} ${event.step} ${event.path}`),
    });
    expect(told).toEqual(
      ['1 4 4', '1 8 8', '2 1 12', '2 5 16', '2 9 20', '3 2 24', '3 6 28', '3 10 32', '4 0 33'].map((entry) => {
        const [epoch, step, steps = ''] = entry.split(' ');
        return `${epoch} ${step} ${join(folder, `step-${steps.padStart(10, '0')}.safetensors`)}`;
      }),
    );
    expect((await readdir(folder)).sort()).toEqual(['step-0000000032.safetensors', 'step-0000000033.safetensors']);
  });

  it('by the clock gets a checkpoint about as often as asked for', async () => {
    using model = toyModel('native');
    let checkpoints = 0;
    const onEvent = ({ type }: TrainingEvent): void => {
      if (type === 'checkpoint') checkpoints += 1;
    };
    await model.fit(toyData, { ...options, checkpoint: { folder, everySeconds: 1e-9 }, onEvent });
    expect(checkpoints).toBe(33);
    await rm(folder, { recursive: true });
    using slow = toyModel('native');
    await slow.fit(toyData, { ...options, checkpoint: { folder, everySeconds: 1000 }, onEvent });
    expect(checkpoints).toBe(34);
    expect(sumOfParameters(slow)).toBe(sumOfParameters(model));
  });

  it('is swept of what a crash has left, and of nothing else', async () => {
    const left = '.step-0000000004.safetensors.4711-0123456789ab.tmp';
    const others = ['.step-0000000004.safetensors.tmp', '.model.safetensors.4711-0123456789ab.tmp', 'notes.txt'];
    for (const name of [left, ...others]) await writeFile(join(folder, name), 'half of it');
    using model = toyModel('native');
    await model.fit(toyData, { ...options, epochs: 1, checkpoint: { folder } });
    expect((await readdir(folder)).sort()).toEqual([...others, 'step-0000000011.safetensors'].sort());
  });

  it('of one run is not written to by another, unless that goes on from it', async () => {
    const checkpoint: CheckpointOptions = { folder: join(folder, 'made', 'here') };
    using first = toyModel('native');
    await first.fit(toyData, { ...options, epochs: 1, checkpoint, resume: true });
    using second = toyModel('native');
    await expect(second.fit(toyData, { ...options, checkpoint })).rejects.toMatchObject({
      code: 'E_OPTION',
      message: expect.stringMatching(
        /^checkpoint.folder .* must hold no checkpoints of another run, found .*step-0000000011.safetensors; go on/,
      ),
    });
    await second.fit(toyData, { ...options, checkpoint, resume: true });
    using whole = toyModel('native');
    await whole.fit(toyData, options);
    expect(sumOfParameters(second)).toBe(sumOfParameters(whole));
  });

  it('that is missing or empty cannot be resumed from', async () => {
    using model = toyModel('native');
    await expect(model.fit(toyData, { ...options, resume: folder })).rejects.toMatchObject({
      code: 'E_FILE',
      message: `cannot resume from ${folder}: there is no checkpoint in the folder`,
    });
    await expect(model.fit(toyData, { ...options, resume: join(folder, 'none') })).rejects.toMatchObject({
      code: 'E_FILE',
    });
  });

  it('holds files that are models, too', async () => {
    using model = toyModel('native');
    await model.fit(toyData, { ...options, checkpoint: { folder, everySteps: 5 } });
    using rebuilt = await loadModel(join(folder, 'step-0000000033.safetensors'));
    expect(sumOfParameters(rebuilt)).toBe(sumOfParameters(model));
    using filled = toyNetwork(5);
    await filled.load(join(folder, 'step-0000000030.safetensors'));
    expect(sumOfParameters(filled)).not.toBe(sumOfParameters(model));
    const saved = join(folder, 'model.safetensors');
    await model.save(saved);
    await expect(model.fit(toyData, { ...options, resume: saved })).rejects.toMatchObject({
      code: 'E_FORMAT',
      message: expect.stringMatching(/the metadata.* no training.* a checkpoint of `fit`/),
    });
  });
});

describe('a checkpoint of another training', () => {
  const options = { epochs: 2, batchSize: 20, validationData: toyValidation };
  const otherBytes = toyData.samples.slice();
  otherBytes[777] = (otherBytes[777] ?? 0) ^ 1;

  it.each<[string, Partial<FitOptions>, Partial<ModelOptions>]>([
    ['batchSize', { batchSize: 21 }, {}],
    ['accumulate', { accumulate: 2 }, {}],
    ['shuffle', { shuffle: false }, {}],
    ['seed', { seed: 8 }, {}],
    ['validationData.count', { validationData: toyValidation.slice(1) }, {}],
    ['validationWeights', { validationWeights: 'average' }, {}],
    ['earlyStopping', { earlyStopping: {} }, {}],
    ['evaluation', { evaluation: { every: 10 } }, {}],
    ['precision', {}, { precision: 'float64', backend: 'reference' }],
    ['losses[0].loss', {}, { loss: 'sse' }],
    ['metrics[0]', {}, { metrics: ['lossParts', 'confusionMatrix'] }],
    ['optimizer', {}, { optimizer: 'radam' }],
    ['learningRate.schedule', {}, { optimizer: adam({ learningRate: 0.01 }) }],
    [
      'learningRate.rates[1]',
      {},
      { optimizer: adam({ learningRate: cosineDecay({ learningRate: 0.1, duration: 3 }) }) },
    ],
    [
      'updates[0]',
      {},
      { optimizer: adam({ beta1: 0.8, learningRate: cosineDecay({ learningRate: 0.1, duration: 2 }) }) },
    ],
    ['program', {}, { lossWeights: [2] }],
    ['penalties[0]', {}, { regularizer: l2(2e-3) }],
    ['updates[0]', {}, { clipping: { norm: 1 } }],
  ])('is refused for another %s, which is named', async (setting, fit, compile) => {
    const scheduled = setting === 'learningRate.rates[1]' || ('optimizer' in compile && setting === 'updates[0]');
    const made = scheduled
      ? { optimizer: adam({ learningRate: cosineDecay({ learningRate: 0.1, duration: 2 }) }) }
      : {};
    using model = toyModel('native', made);
    await model.fit(toyData, { ...options, checkpoint: { folder } });
    using other = compileToy(toyNetwork(), { ...made, ...compile });
    const before = sumOfParameters(other);
    await expect(other.fit(toyData, { ...options, ...fit, resume: folder })).rejects.toMatchObject({
      code: 'E_OPTION',
      message: expect.stringMatching(/^cannot resume from .*step-\S+: there .+ is .+, but in this training it is .+$/),
      details: { setting },
    });
    expect(sumOfParameters(other)).toBe(before);
  });

  it('is refused for other data and for another network', async () => {
    using model = toyModel('native');
    await model.fit(toyData, { ...options, checkpoint: { folder } });
    const refused = (setting: string) => ({ code: 'E_OPTION', details: { setting } });
    const { labels } = toyData;
    const other = { labels: labels ?? [], classes: 4, shape: [1, 8, 8], samples: otherBytes };
    await expect(model.fit(Dataset.from(other), { ...options, resume: folder })).rejects.toMatchObject(
      refused('data.sha256'),
    );
    await expect(model.fit(toyData.slice(0, 200), { ...options, resume: folder })).rejects.toMatchObject(
      refused('data.count'),
    );
    const weighed = toyData.withSampleWeights(new Float32Array(203).fill(1));
    await expect(model.fit(weighed, { ...options, resume: folder })).rejects.toMatchObject({ code: 'E_OPTION' });
    model.freeze('dense_1');
    await expect(model.fit(toyData, { ...options, resume: folder })).rejects.toMatchObject(refused('network.frozen'));
    using wider = compileToy(
      sequential([flatten(), dense({ units: 4, activation: 'softmax' })], { inputShape: [1, 8, 8] }),
    );
    await expect(wider.fit(toyData, { ...options, resume: folder })).rejects.toMatchObject(
      refused('network.layers[0].kind'),
    );
  });
});

describe('a malformed checkpoint', () => {
  /** The bytes of the smallest checkpoint in the middle of an epoch. */
  async function smallCheckpoint(): Promise<Uint8Array> {
    using model = sequential([flatten(), dense({ units: 4 })], { inputShape: [1, 8, 8], name: 'small' });
    model.compile({ loss: 'sse', optimizer: sgd({ learningRate: 1e-3, momentum: 0.9 }) });
    const data = quarters(8, 1);
    await model.fit(data, { batchSize: 4, checkpoint: { folder, everySteps: 1, keep: 2 } });
    return readFile(join(folder, 'step-0000000001.safetensors'));
  }
  const read = (bytes: Uint8Array) => readTraining('small', decodeSafetensors(bytes, 'small'));
  const codeOf = (bytes: Uint8Array): unknown => {
    try {
      read(bytes);
      return 'nothing';
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  };

  it('is refused wherever it is cut off, and whichever bit is another', async () => {
    const bytes = await smallCheckpoint();
    expect(read(bytes).state).toMatchObject({ epoch: 1, step: 1, updates: 1 });
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(bytes.subarray(0, length))).toBe('E_FORMAT');
    }
    const copy = Uint8Array.from(bytes);
    const dataStart = 8 + Number(new DataView(copy.buffer).getBigUint64(0, true));
    expect(dataStart).toBeGreaterThan(1000);
    for (let bit = 0; bit < 8 * copy.length; bit++) {
      // All bits of the header, and of the numbers one in 97.
      if (bit >= 8 * dataStart && bit % 97 !== 0) continue;
      const place = bit >> 3;
      const byte = copy[place] as number;
      copy[place] = byte ^ (1 << (bit & 7));
      if (codeOf(copy) !== 'E_FORMAT') throw new Error(`bit ${bit & 7} of byte ${place} is not missed`);
      copy[place] = byte;
    }
  });

  /** The same checkpoint with another text for the training, and a sum that fits. */
  function forged(bytes: Uint8Array, change: (training: string) => string): Uint8Array {
    const { tensors, metadata } = decodeSafetensors(bytes, 'small');
    const { network = '', training = '' } = metadata;
    const other = { format: 'laminet', network, training: change(training) };
    return encodeSafetensors(tensors, { ...other, sha256: contentSum({ tensors, metadata: other }) });
  }

  it.each<[string, (training: string) => string]>([
    ['no JSON', () => '{'],
    ['null', () => 'null'],
    ['a list', () => '[]'],
    ['another layout', (text) => text.replace('"layout":1', '"layout":2')],
    ['no state', (text) => text.replace('"state"', '"estate"')],
    ['a step that is no number', (text) => text.replace('"step":1', '"step":"1"')],
    ['a step below 0', (text) => text.replace('"step":1', '"step":-1')],
    ['an epoch that no safe integer is', (text) => text.replace('"epoch":1', '"epoch":1e300')],
    ['no epochs', (text) => text.replace('"epochs":[]', '"epochs":{}')],
    ['the name __proto__', (text) => text.replace('"state":{', '"state":{"__proto__":{"step":0},')],
    ['the name constructor', (text) => text.replace('"state":{', '"state":{"constructor":{"prototype":{}},')],
  ])('is refused for %s, though its sum is right', async (_, change) => {
    const bytes = await smallCheckpoint();
    expect(codeOf(forged(bytes, (text) => text))).toBe('nothing');
    expect(codeOf(forged(bytes, change))).toBe('E_FORMAT');
    expect(({} as Record<string, unknown>).step).toBeUndefined();
  });

  it('is refused for a place that the training has not, and for tensors of other sizes', async () => {
    const bytes = await smallCheckpoint();
    const path = join(folder, 'forged.safetensors');
    using model = sequential([flatten(), dense({ units: 4 })], { inputShape: [1, 8, 8], name: 'small' });
    model.compile({ loss: 'sse', optimizer: sgd({ learningRate: 1e-3, momentum: 0.9 }) });
    const before = sumOfParameters(model);
    const resume = () => model.fit(quarters(8, 1), { batchSize: 4, resume: path });
    const replaced = (from: string, to: string) => forged(bytes, (text) => text.replace(from, to));
    for (const content of [replaced('"step":1', '"step":2'), replaced('"epoch":1', '"epoch":9007199254740991')]) {
      await writeFile(path, content);
      await expect(resume()).rejects.toMatchObject({ code: 'E_FORMAT' });
    }
    const { tensors, metadata } = decodeSafetensors(bytes, 'small');
    const others = { format: 'laminet', network: metadata.network ?? '', training: metadata.training ?? '' };
    for (const name of tensors.keys()) {
      const fewer = new Map([...tensors].filter(([key]) => key !== name));
      const sha256 = contentSum({ tensors: fewer, metadata: others });
      await writeFile(path, encodeSafetensors(fewer, { ...others, sha256 }));
      await expect(resume()).rejects.toMatchObject({
        code: name.startsWith('training/') ? 'E_FORMAT' : 'E_SHAPE',
        message: expect.stringContaining(name),
      });
    }
    expect(sumOfParameters(model)).toBe(before);
    await writeFile(path, bytes);
    expect((await resume()).reason).toBe('done');
  });

  it('of absurd size is refused before memory is taken', async () => {
    const header = JSON.stringify({ 'training/best': { dtype: 'F32', shape: [2 ** 45], data_offsets: [0, 2 ** 47] } });
    const bytes = new Uint8Array(8 + header.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    expect(codeOf(bytes)).toBe('E_FORMAT');
  });
});
