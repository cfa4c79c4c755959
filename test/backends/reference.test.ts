import { Control, type Plan, type RunRequest } from '../../lib/backends/backend';
import { firstNonFinite, referenceBackend } from '../../lib/backends/reference';
import { kernels } from '../../lib/backends/reference/kernels';
import { activation } from '../../lib/layers/activation';
import { dense } from '../../lib/layers/dense';
import { crossEntropy, sumOfSquaredErrors } from '../../lib/losses/loss';
import { chain } from '../../lib/model/graph';
import { OP_NAMES } from '../../lib/ops/registry';
import { sgd } from '../../lib/optimizers/optimizer';
import { normals, randomLabels } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain, placeParameters } from '../support/single-op';

const graph = chain([4], [dense({ units: 6, activation: 'tanh' }), dense({ units: 3 })]);
const program = compilePlain(graph, {
  purpose: 'train',
  batchSize: 4,
  targets: 'classes',
  loss: crossEntropy({ fromLogits: true }),
  optimizer: sgd(),
});

const SAMPLES = 10;

function request(order?: readonly number[], learningRate = 0.1): RunRequest {
  return makeRequest(program, 'float64', {
    samples: normals(SAMPLES * 4, 1),
    targets: randomLabels(SAMPLES, 3, 2),
    parameters: placeParameters(graph, 'float64', (_, index) => normals(graph.parameters[index]?.size ?? 0, 3 + index)),
    learningRate,
    ...(order && { order }),
  });
}

function newPlan(): Plan {
  return referenceBackend.plan(program, { precision: 'float64', threads: 1 });
}

/** So many steps that a run takes far more than one turn of the event loop. */
const longOrder = Array.from({ length: 40_000 }, (_, entry) => entry % SAMPLES);

it('has a kernel for every op, and none besides', () => {
  expect(Object.keys(kernels)).toEqual([...OP_NAMES]);
});

it('needs memory for every activation of a batch', () => {
  // Samples 4; dense 6, tanh 6, dense 3, losses 1; gradients of the last three of them; labels; the two scalars.
  const numbers = 4 * (4 + 6 + 6 + 3 + 1 + 3 + 6 + 6) + 2;
  expect(newPlan().workingBytes).toBe(8 * numbers + 4 * 4);
});

describe('runs', () => {
  it('takes the last step with what is left, and means over what it has', () => {
    const whole = request();
    expect(newPlan().runSync(whole)).toEqual({ status: 'done', steps: 3 });
    expect(whole.control[Control.steps]).toBe(3);
    const last = request([8, 9]);
    last.parameters.set(request().parameters);
    const before = request([0, 1, 2, 3, 4, 5, 6, 7]);
    newPlan().runSync(before);
    last.parameters.set(before.parameters);
    newPlan().runSync(last);
    expect(last.losses[0]).toBe(whole.losses[2]);
    expect(last.gradients).toEqual(whole.gradients);
    expect(last.parameters).toEqual(whole.parameters);
  });

  it('does the same in turns with the event loop as at once', async () => {
    const atOnce = request();
    const inTurns = request();
    newPlan().runSync(atOnce);
    expect(await newPlan().run(inTurns)).toEqual({ status: 'done', steps: 3 });
    expect(inTurns).toEqual(atOnce);
  });

  it('does nothing for no samples', () => {
    const empty = request([]);
    const before = empty.parameters.slice();
    expect(newPlan().runSync(empty)).toEqual({ status: 'done', steps: 0 });
    expect(empty.parameters).toEqual(before);
  });

  it('lets the event loop have its turns, and tells how far it is', async () => {
    const long = request(longOrder, 1e-6);
    let timers = 0;
    const timer = setInterval(() => {
      timers += 1;
    }, 1);
    const progress: number[] = [];
    const outcome = await newPlan().run(long, (steps) => progress.push(steps));
    clearInterval(timer);
    expect(outcome).toEqual({ status: 'done', steps: 10_000 });
    expect(timers).toBeGreaterThan(0);
    expect(progress.length).toBeGreaterThan(0);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBeLessThanOrEqual(10_000);
  });

  it('stops after the step under way', async () => {
    const long = request(longOrder, 1e-6);
    const outcome = await newPlan().run(long, () => Atomics.store(long.control, Control.stop, 1));
    expect(outcome.status).toBe('stopped');
    expect(outcome.steps).toBeGreaterThan(0);
    expect(outcome.steps).toBeLessThan(10_000);
    expect(long.control[Control.steps]).toBe(outcome.steps);
    expect(long.losses[outcome.steps - 1]).toBeGreaterThan(0);
    expect(long.losses[outcome.steps]).toBe(0);
  });

  it('does not begin where it is stopped before', () => {
    const stopped = request();
    stopped.control[Control.stop] = 1;
    expect(newPlan().runSync(stopped)).toEqual({ status: 'stopped', steps: 0 });
  });

  it('runs one request at a time, and the next one after it', async () => {
    const plan = newPlan();
    const first = plan.run(request(longOrder, 1e-6));
    await expect(plan.run(request())).rejects.toMatchObject({ code: 'E_STATE' });
    expect(() => plan.runSync(request())).toThrow('one request at a time');
    expect(await first).toEqual({ status: 'done', steps: 10_000 });
    expect(plan.runSync(request())).toEqual({ status: 'done', steps: 3 });
  });

  it('can be run again after a request that was refused', async () => {
    const plan = newPlan();
    await expect(plan.run({ ...request(), order: Uint32Array.of(SAMPLES) })).rejects.toMatchObject({ code: 'E_DATA' });
    expect(plan.runSync(request())).toEqual({ status: 'done', steps: 3 });
  });

  it('does not run once disposed of; a run under way ends as it would have', async () => {
    const plan = newPlan();
    const running = plan.run(request(longOrder, 1e-6));
    plan.dispose();
    plan.dispose();
    expect(await running).toEqual({ status: 'done', steps: 10_000 });
    await expect(plan.run(request())).rejects.toMatchObject({ code: 'E_STATE' });
    expect(() => plan.runSync(request())).toThrow('disposed');
  });
});

describe('divergence', () => {
  it('ends the run before the update, with the steps before it', () => {
    const diverging = request([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    diverging.samples[4 * 4] = Number.POSITIVE_INFINITY;
    diverging.samples[4 * 4 + 1] = Number.NEGATIVE_INFINITY;
    diverging.parameters.fill(1);
    const first = request([0, 1, 2, 3]);
    first.parameters.fill(1);
    newPlan().runSync(first);
    expect(newPlan().runSync(diverging)).toEqual({ status: 'diverged', steps: 1 });
    expect(diverging.control[Control.steps]).toBe(1);
    expect(diverging.losses[1]).toBeNaN();
    expect(diverging.parameters).toEqual(first.parameters);
  });

  it('has its first place named', () => {
    const bad = request();
    const slot = graph.parameters[2];
    bad.parameters[slot?.offset ?? 0] = Number.NaN;
    const found = firstNonFinite(program, 'float64', bad);
    expect(found).toMatchObject({
      instruction: { op: 'dense', layer: 'dense_2', phase: 'forward' },
      tensor: { shape: [3] },
      value: Number.NaN,
    });
    expect(bad.gradients.every((value) => value === 0)).toBe(true);
  });

  it('is found in the samples, and only in those of the first step', () => {
    const bad = request([4, 5, 6, 7, 0]);
    bad.samples[0] = Number.NEGATIVE_INFINITY;
    expect(firstNonFinite(program, 'float64', bad)).toBeUndefined();
    const found = firstNonFinite(program, 'float64', { ...bad, order: Uint32Array.of(0) });
    expect(found).toMatchObject({ instruction: { op: 'gather' }, value: Number.NEGATIVE_INFINITY });
  });

  it('is found where single precision overflows and double does not', () => {
    const squares = chain([1], [activation('linear')]);
    const sse = compilePlain(squares, {
      purpose: 'evaluate',
      batchSize: 1,
      targets: 'values',
      loss: sumOfSquaredErrors(),
    });
    const large = { samples: [1e30], targets: [0] };
    const found = firstNonFinite(sse, 'float32', makeRequest(sse, 'float32', large));
    expect(found).toMatchObject({ instruction: { op: 'squaredError' }, value: Number.POSITIVE_INFINITY });
    expect(firstNonFinite(sse, 'float64', makeRequest(sse, 'float64', large))).toBeUndefined();
  });

  it('leaves results alone', () => {
    const predict = compilePlain(graph, { purpose: 'predict', batchSize: 4 });
    const bad = makeRequest(predict, 'float64', { samples: normals(8, 1) });
    bad.results[0]?.fill(7);
    expect(firstNonFinite(predict, 'float64', bad)).toBeUndefined();
    expect(Array.from(bad.results[0] ?? [])).toEqual([7, 7, 7, 7, 7, 7]);
  });
});
