import type { BackendName } from '../../lib/backends/backend';
import { maxNorm } from '../../lib/constraints/max-norm';
import { checkGradients } from '../../lib/doctor/gradient-check';
import { batchNorm } from '../../lib/layers/batch-norm';
import { type Conv2dOptions, conv2d } from '../../lib/layers/conv2d';
import { type Conv2dTransposeOptions, conv2dTranspose } from '../../lib/layers/conv2d-transpose';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import type { TrainingEvent } from '../../lib/model/events';
import { model as modelOf } from '../../lib/model/functional';
import type { Model } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';
import { sgd } from '../../lib/optimizers/optimizer';
import { l1, l1l2, l2 } from '../../lib/regularizers/regularizer';
import { expectClose, float32Reduction, float32Training } from '../support/tolerance';
import { quarters } from '../support/toy';

const data = quarters(48, 1);

function network(options: Partial<Conv2dOptions> = {}): Model {
  const layers = [
    conv2d({ filters: 3, kernelSize: 3, activation: 'tanh', ...options }),
    batchNorm(),
    flatten(),
    dense({ units: 4, activation: 'softmax' }),
  ];
  return sequential(layers, { inputShape: [1, 8, 8], seed: 5, name: 'toy' });
}

/** `l1 sum |w| + l2 / 2 sum w^2`. */
function penaltyOn(model: Model, names: readonly string[], lambda1: number, lambda2: number): number {
  const weights = names.flatMap((name) => [...model.parameter(name)]);
  return weights.reduce((sum, w) => sum + lambda1 * Math.abs(w) + (lambda2 / 2) * w * w, 0);
}

const WEIGHTS = ['conv2d_1.weight', 'dense_1.weight'];

describe.each<BackendName>(['native', 'reference'])('penalties on the %s backend', (backend) => {
  const compile = { loss: 'crossEntropy', backend, threads: 2 } as const;

  it('are reported beside the loss, which is that of the data', async () => {
    const regularizer = l1l2({ l1: 0.01, l2: 0.1 });
    using plain = network().compile(compile);
    using model = network().compile({ ...compile, regularizer });
    const expected = penaltyOn(model, WEIGHTS, 0.01, 0.1);
    const { loss, penalty } = await model.evaluate(data);
    expect(loss).toBe((await plain.evaluate(data)).loss);
    expectClose('penalty', [penalty ?? 0], [expected], float32Reduction(150));
    expect('penalty' in (await plain.evaluate(data))).toBe(false);

    const events: TrainingEvent[] = [];
    const fit = { batchSize: data.count, shuffle: false } as const;
    const [record] = (await model.fit(data, { ...fit, onEvent: (event) => events.push(event) })).epochs;
    const [other] = (await plain.fit(data, fit)).epochs;
    expect(record?.loss).toBe(other?.loss);
    expectClose('penalty of the epoch', [record?.penalty ?? 0], [expected], float32Reduction(150));
    expect(events).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: 'epoch', penalty: record?.penalty })]),
    );
    expect('penalty' in (other ?? {})).toBe(false);
  });

  it('are means over the steps of an epoch, each before its update', async () => {
    using model = network().compile({ ...compile, regularizer: l2(0.1), optimizer: sgd({ learningRate: 0.5 }) });
    using once = network().compile({ ...compile, regularizer: l2(0.1), optimizer: sgd({ learningRate: 0.5 }) });
    const steps = [data.slice(0, 32), data.slice(32)];
    const penalties: number[] = [];
    for (const step of steps) {
      penalties.push(penaltyOn(once, WEIGHTS, 0, 0.1));
      await once.fit(step, { batchSize: step.count, shuffle: false });
    }
    const { epochs } = await model.fit(data, { batchSize: 32, shuffle: false });
    const mean = (32 * (penalties[0] ?? 0) + 16 * (penalties[1] ?? 0)) / 48;
    expectClose('penalty', [epochs[0]?.penalty ?? 0], [mean], float32Training(2, 150));
    expect(penalties[1]).not.toBeCloseTo(penalties[0] ?? 0, 4);
  });

  it('change weights by their gradient, l1 sign(w) + l2 w, and nothing else', async () => {
    using plain = network().compile({ ...compile, optimizer: sgd({ learningRate: 0.5 }) });
    const regularizer = l1l2({ l1: 0.02, l2: 0.3 });
    using model = network().compile({ ...compile, regularizer, optimizer: sgd({ learningRate: 0.5 }) });
    const before = new Map(WEIGHTS.map((name) => [name, [...model.parameter(name)]]));
    for (const each of [plain, model]) await each.fit(data, { batchSize: 48, shuffle: false });
    for (const { name, spec } of model.graph.parameters) {
      const expected = [...plain.parameter(name)].map((value, index) => {
        const w = before.get(name)?.[index] ?? 0;
        return value - 0.5 * (0.02 * Math.sign(w) + 0.3 * w);
      });
      const tolerance = spec.kind === 'weight' ? float32Training(1, 48) : float32Reduction(0);
      expectClose(name, model.parameter(name), expected, tolerance);
    }
  });

  it('are on the kinds of parameters that are asked for', async () => {
    using model = network().compile({ ...compile, regularizer: 'l2', regularizedKinds: ['bias', 'norm'] });
    model.parameter('conv2d_1.bias').set([1, 2, 3]);
    const expected = penaltyOn(model, ['conv2d_1.bias', 'batchNorm_1.weight'], 0, 0.01);
    expectClose('penalty', [(await model.evaluate(data)).penalty ?? 0], [expected], float32Reduction(10));
    const { epochs } = await model.fit(data, { batchSize: 48 });
    expectClose('penalty in training', [epochs[0]?.penalty ?? 0], [expected], float32Reduction(10));
  });

  it("are a layer's own before they are the network's", async () => {
    using model = network({ kernelRegularizer: l1(0.5), biasRegularizer: { name: 'l2', l2: 0.25 } }).compile({
      ...compile,
      regularizer: l2(0.1),
    });
    model.parameter('conv2d_1.bias').set([1, -2, 3]);
    const own = penaltyOn(model, ['conv2d_1.weight'], 0.5, 0) + penaltyOn(model, ['conv2d_1.bias'], 0, 0.25);
    const expected = own + penaltyOn(model, ['dense_1.weight'], 0, 0.1);
    expectClose('penalty', [(await model.evaluate(data)).penalty ?? 0], [expected], float32Reduction(150));
    const { epochs } = await model.fit(data, { batchSize: 48 });
    expectClose('penalty in training', [epochs[0]?.penalty ?? 0], [expected], float32Reduction(150));
  });

  it('are not on what is frozen', async () => {
    using model = network()
      .compile({ ...compile, regularizer: l2(0.1) })
      .freeze('conv2d_1');
    const expected = penaltyOn(model, ['dense_1.weight'], 0, 0.1);
    expectClose('penalty', [(await model.evaluate(data)).penalty ?? 0], [expected], float32Reduction(150));
    const { epochs } = await model.fit(data, { batchSize: 48 });
    expectClose('penalty in training', [epochs[0]?.penalty ?? 0], [expected], float32Reduction(150));
  });

  it('count a layer that is used several times once, and its gradients are added to those of all uses', async () => {
    const make = (): Model => {
      const x = input([1, 8, 8]);
      const shared = dense({ units: 64, activation: 'tanh', name: 'shared' });
      const outputs = x.pipe(flatten(), shared, shared, dense({ units: 4, activation: 'softmax' }));
      return modelOf({ inputs: x, outputs, seed: 7 });
    };
    using plain = make().compile({ ...compile, optimizer: sgd({ learningRate: 0.25 }) });
    using model = make().compile({ ...compile, optimizer: sgd({ learningRate: 0.25 }), regularizer: l2(0.5) });
    const before = [...model.parameter('shared.weight')];
    const expected = penaltyOn(model, ['shared.weight', 'dense_2.weight'], 0, 0.5);
    for (const each of [plain, model]) {
      const { epochs } = await each.fit(data, { batchSize: 48, shuffle: false });
      if (each === model) expectClose('penalty', [epochs[0]?.penalty ?? 0], [expected], float32Reduction(4400));
    }
    const decayed = [...plain.parameter('shared.weight')].map((value, index) => value - 0.125 * (before[index] ?? 0));
    expectClose('shared.weight', model.parameter('shared.weight'), decayed, float32Training(1, 64));
  });

  it('keep filters and units within their norm, after each update', async () => {
    const rate = { optimizer: sgd({ learningRate: 2 }) };
    const layers = (kernelConstraint?: Conv2dOptions['kernelConstraint']) => [
      conv2d({ filters: 3, kernelSize: 3, activation: 'tanh', ...(kernelConstraint && { kernelConstraint }) }),
      flatten(),
      dense({ units: 4, activation: 'softmax', ...(kernelConstraint && { kernelConstraint }) }),
    ];
    using plain = sequential(layers(), { inputShape: [1, 8, 8], seed: 5 }).compile({ ...compile, ...rate });
    using model = sequential(layers(maxNorm(0.75)), { inputShape: [1, 8, 8], seed: 5 }).compile({
      ...compile,
      ...rate,
    });
    for (const each of [plain, model]) await each.fit(data, { batchSize: 48, shuffle: false });
    for (const [name, rows] of [
      ['conv2d_1.weight', 3],
      ['dense_1.weight', 4],
    ] as const) {
      const free = [...plain.parameter(name)];
      const columns = free.length / rows;
      const norms = Array.from({ length: rows }, (_, row) => {
        return Math.hypot(...free.slice(row * columns, (row + 1) * columns));
      });
      const expected = free.map((value, index) => {
        const norm = norms[Math.floor(index / columns)] ?? 0;
        return norm > 0.75 ? (value * 0.75) / norm : value;
      });
      expect(norms.some((norm) => norm > 0.75)).toBe(true);
      expectClose(name, model.parameter(name), expected, float32Reduction(columns));
    }
  });
});

describe('regularized layers', () => {
  it('are checked with their penalty', async () => {
    const own = network({ kernelRegularizer: l1l2({ l1: 0.5, l2: 2 }), biasRegularizer: l1(3) });
    expect((await checkGradients(own.graph)).ok).toBe(true);
    const whole = await checkGradients(network().graph, { regularizer: l1l2({ l1: 0.5, l2: 2 }) });
    expect(whole.ok).toBe(true);
  });

  it('keep their regularizers and constraints in their config', () => {
    const layer = conv2d({
      filters: 1,
      kernelSize: 1,
      kernelRegularizer: l2(1e-4),
      biasRegularizer: 'l1',
      kernelConstraint: 'maxNorm',
    });
    expect(layer.config).toMatchObject({
      kernelRegularizer: { name: 'l2', l1: 0, l2: 1e-4 },
      biasRegularizer: { name: 'l1', l1: 0.01, l2: 0 },
      kernelConstraint: { name: 'maxNorm', limit: 2 },
    });
    const norm = batchNorm({ gammaRegularizer: 'l1', betaRegularizer: l2(2) });
    expect(norm.build([3]).parameters.map(({ regularizer }) => regularizer)).toEqual([
      l1(),
      l2(2),
      undefined,
      undefined,
    ]);
  });

  it('refuse a constraint where filters are no rows', () => {
    const options = { filters: 1, kernelSize: 1, kernelConstraint: maxNorm() } as Conv2dTransposeOptions;
    expect(() => conv2dTranspose(options)).toThrow(
      expect.objectContaining({ code: 'E_OPTION', message: 'transposed convolutions take no kernelConstraint' }),
    );
  });

  it('refuse kinds of parameters that there are not', () => {
    expect(() =>
      network().compile({ loss: 'sse', regularizer: 'l2', regularizedKinds: ['kernel' as 'weight'] }),
    ).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: 'regularizedKinds must be of weight, bias, norm, found ["kernel"]',
      }),
    );
  });
});
