import type { BackendName } from '../../lib/backends/backend';
import { selectBackend } from '../../lib/backends/select';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import type { Model } from '../../lib/model/model';
import { ParameterStore } from '../../lib/model/parameters';
import { inOrder, inputFormat, makeRequest, summarize } from '../../lib/model/runner';
import { sequential } from '../../lib/model/sequential';
import { sgd } from '../../lib/optimizers/optimizer';
import { cosineDecay } from '../../lib/schedules/cosine';
import { linearWarmup } from '../../lib/schedules/linear-warmup';
import { reduceOnPlateau } from '../../lib/schedules/reduce-on-plateau';
import type { LearningRate } from '../../lib/schedules/schedule';
import { quarters } from '../support/toy';

const SEED = 3;
const BATCH = 16;
/** Seven steps an epoch, the last of them with four samples. */
const train = quarters(100, 1);
const test = quarters(40, 2);

function toy(backend: BackendName, learningRate: LearningRate): Model {
  const layers = [
    conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }),
    flatten(),
    dense({ units: 4, activation: 'softmax' }),
  ];
  return sequential(layers, { inputShape: [1, 8, 8], seed: SEED, name: 'toy' }).compile({
    optimizer: sgd({ learningRate }),
    loss: 'crossEntropy',
    backend,
    threads: 2,
  });
}

/** The mean loss of each epoch and the weights at the end of a run on a plan that is given these rates. */
function runByHand(backend: BackendName, epochs: readonly (readonly number[])[]): { losses: number[]; bias: number[] } {
  using model = toy(backend, 1);
  const program = model.program('train', { batchSize: BATCH, input: inputFormat(train) });
  const store = new ParameterStore(model.graph, 'float32');
  store.initialize(SEED);
  const plan = selectBackend(backend, 'float32').plan(program, { precision: 'float32', threads: 2 });
  const losses = epochs.map((rates) => {
    const order = inOrder(train.count).slice(0, rates.length * BATCH);
    const optimizer = { learningRates: Float64Array.from(rates) };
    const request = makeRequest(program, train, order, { precision: 'float32', store, optimizer });
    plan.runSync(request);
    return summarize(request, BATCH, rates.length).loss;
  });
  plan.dispose();
  return { losses, bias: [...store.view('dense_1.bias')] };
}

describe.each<BackendName>(['native', 'reference'])('a schedule on the %s backend', (backend) => {
  it('trains as a run that is fed the same rates by hand', async () => {
    // Rises for one epoch, falls for two.
    using model = toy(
      backend,
      linearWarmup({ duration: 1, learningRate: cosineDecay({ learningRate: 0.5, duration: 2 }) }),
    );
    const history = await model.fit(train, { epochs: 3, batchSize: BATCH, shuffle: false });
    const rates = [0, 1, 2].map((epoch) =>
      [0, 1, 2, 3, 4, 5, 6].map((step) =>
        epoch === 0 ? (0.5 * step) / 7 : 0.25 * (1 + Math.cos((Math.PI * (7 * (epoch - 1) + step)) / 14)),
      ),
    );
    const { losses, bias } = runByHand(backend, rates);
    expect(history.epochs.map(({ loss }) => Math.fround(loss))).toEqual(losses.map(Math.fround));
    expect([...model.parameter('dense_1.bias')]).toEqual(bias);
    expect(history.epochs[0]?.learningRate).toBeCloseTo(3 / 7, 14);
    using constant = toy(backend, 0.5);
    const other = await constant.fit(train, { epochs: 3, batchSize: BATCH, shuffle: false });
    expect(other.epochs.map(({ loss }) => loss)).not.toEqual(losses);
    expect(other.epochs.map(({ learningRate }) => learningRate)).toEqual([0.5, 0.5, 0.5]);
  });

  it('hears of each epoch, and is new in each fit', async () => {
    // A threshold that nothing meets: every epoch but the first is a bad one.
    const schedule = reduceOnPlateau({ learningRate: 0.5, factor: 0.5, patience: 1, threshold: 1, cooldown: 0 });
    using model = toy(backend, schedule);
    const options = { epochs: 6, batchSize: BATCH, validationData: test };
    const rates = async (): Promise<number[]> =>
      (await model.fit(train, options)).epochs.map(({ learningRate }) => learningRate);
    expect(await rates()).toEqual([0.5, 0.5, 0.5, 0.25, 0.25, 0.125]);
    expect(await rates()).toEqual([0.5, 0.5, 0.5, 0.25, 0.25, 0.125]);
  });

  it.each(['loss', 'accuracy', 'validationLoss', 'validationAccuracy'] as const)('is told of %s', async (monitor) => {
    const heard: number[] = [];
    const next = (state: Readonly<Record<string, number | null>>, value: number) => {
      heard.push(value);
      return state;
    };
    using model = toy(backend, { name: 'ear', rate: () => 0.1, feedback: { monitor, initialState: {}, next } });
    const { epochs } = await model.fit(train, { epochs: 2, batchSize: BATCH, validationData: test });
    const told = epochs.map(({ loss, accuracy, validation }) => ({
      loss,
      accuracy,
      validationLoss: validation?.loss,
      validationAccuracy: validation?.accuracy,
    }));
    expect(heard).toEqual(told.map((values) => values[monitor]));
  });

  it('is refused before the first step where it watches what is not measured', async () => {
    using model = toy(backend, reduceOnPlateau({ learningRate: 0.5 }));
    const before = [...model.parameter('dense_1.bias')];
    await expect(model.fit(train, { epochs: 2 })).rejects.toMatchObject({
      code: 'E_OPTION',
      message: 'reduceOnPlateau watches validationLoss, which needs validationData',
    });
    expect([...model.parameter('dense_1.bias')]).toEqual(before);
  });

  it('that explodes leaves the weights before, made by the rates of their steps', async () => {
    // Good rates for 8 steps, then one that is far too high: the loss is infinite or not a number some steps later.
    const rate = (step: number): number => (step < 8 ? 0.1 : 1e38);
    using model = toy(backend, { name: 'cliff', rate });
    const error = await model
      .fit(train, { epochs: 3, batchSize: BATCH, shuffle: false })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'E_DIVERGED', details: { epoch: 2, learningRate: 1e38 } });
    const { step } = (error as { details: { step: number } }).details;
    const rates = Array.from({ length: 7 + step - 2 }, (_, index) => rate(index));
    const { bias } = runByHand(backend, [rates.slice(0, 7), rates.slice(7)]);
    expect([...model.parameter('dense_1.bias')]).toEqual(bias);
    expect([...model.parameter('dense_1.bias')].every(Number.isFinite)).toBe(true);
  });
});
