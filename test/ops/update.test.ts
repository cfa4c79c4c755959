import { dense } from '../../lib/layers/dense';
import { chain } from '../../lib/model/graph';
import type { Program } from '../../lib/ops/program';
import { adam } from '../../lib/optimizers/adam';
import type { Optimizer } from '../../lib/optimizers/contract';
import { sgd } from '../../lib/optimizers/optimizer';
import type { FloatArray } from '../../lib/tensor/storage';
import { optimizerCases } from '../cases/optimizer';
import { oracle, type TestTarget, targets } from '../support/backends';
import { readFixture } from '../support/fixtures';
import { normals } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain, projectionOnTargets } from '../support/single-op';
import { exact, expectClose, float32Training, float64Fixture, type Tolerance } from '../support/tolerance';

/** A layer y = w x with one output, fed ones: its weights' gradient is the sample's only target times the sample. */
const WEIGHTS = 37;
const graph = chain([WEIGHTS], [dense({ units: 1, useBias: false })]);
const compileFor = (optimizer: Optimizer): Program =>
  compilePlain(graph, {
    purpose: 'train',
    batchSize: 1,
    targets: 'values',
    loss: projectionOnTargets(1),
    optimizer,
  });

const STEPS = 5;

/** The weights after each step, one step a run. With a target of 1 the gradient is the sample itself. */
function takeSteps(
  { backend, precision, threads }: TestTarget,
  optimizer: Optimizer,
  first: ArrayLike<number>,
  gradients: Float64Array,
): FloatArray[] {
  const program = compileFor(optimizer);
  const { parameters, state } = makeRequest(program, precision, { samples: [] });
  parameters.set(first);
  const plan = backend.plan(program, { precision, threads });
  const learningRate = optimizer.learningRate as number;
  const weights = Array.from({ length: gradients.length / WEIGHTS }, (_, step) => {
    const samples = gradients.subarray(step * WEIGHTS, (step + 1) * WEIGHTS);
    const fields = { samples, targets: [1], parameters, optimizer, stepsBefore: step, learningRate };
    plan.runSync({ ...makeRequest(program, precision, fields), ...(state && { state }) });
    return parameters.slice(0, WEIGHTS);
  });
  plan.dispose();
  return weights;
}

describe.each(targets)('updates on $name', (target) => {
  const { backend, precision, threads } = target;
  const program = compileFor(sgd());
  const tolerance = (step: number): Tolerance => (target === oracle ? float64Fixture : float32Training(step + 1, 1));

  it.each(optimizerCases.filter(({ fixture }) => fixture))('$name takes the five steps that PyTorch takes', (c) => {
    const fixture = readFixture(c.fixture ?? '');
    expect(c.optimizer.learningRate).toBe(fixture.attributes.lr);
    const steps = takeSteps(target, c.optimizer, fixture.numbers('p0'), fixture.numbers('grads'));
    expect(steps).toHaveLength(STEPS);
    for (const [step, weights] of steps.entries()) {
      expectClose(`step ${step + 1}`, weights, fixture.numbers(`p${step + 1}`), tolerance(step));
    }
  });

  it.each(optimizerCases)('$name takes twenty steps as the oracle does', ({ optimizer }) => {
    const first = normals(WEIGHTS, 3);
    const gradients = normals(20 * WEIGHTS, 4);
    const expected = takeSteps(oracle, optimizer, first, gradients);
    const found = takeSteps(target, optimizer, first, gradients);
    for (const [step, weights] of found.entries()) {
      expectClose(`step ${step + 1}`, weights, expected[step] ?? [], target === oracle ? exact : tolerance(step));
    }
  });

  it.each(optimizerCases)('$name stands still without gradients', ({ optimizer }) => {
    const { attributes } = optimizer.ruleFor({
      name: 'dense_1.weight',
      layer: 'dense_1',
      kind: 'weight',
      shape: [1, WEIGHTS],
    });
    const still = attributes.l2 === 0 && attributes.weightDecay === 0;
    const first = normals(WEIGHTS, 3);
    const weights = takeSteps(target, optimizer, first, new Float64Array(3 * WEIGHTS)).at(-1) ?? [];
    if (still) expectClose('weights', weights, first, exact);
    else {
      // Those next to 0 may step over it.
      const large = Array.from(weights, Math.abs).filter((_, index) => Math.abs(first[index] ?? 0) > 0.1);
      const before = Array.from(first, Math.abs).filter((weight) => weight > 0.1);
      expect(large.every((weight, index) => weight < (before[index] ?? 0))).toBe(true);
    }
  });

  it.each(optimizerCases)('$name takes steps in one run as in several', ({ optimizer }) => {
    const compiled = compileFor(optimizer);
    const gradients = normals(4 * WEIGHTS, 6);
    const expected = takeSteps(target, optimizer, normals(WEIGHTS, 5), gradients).at(-1) ?? [];
    const learningRate = optimizer.learningRate as number;
    const fields = { samples: gradients, targets: [1, 1, 1, 1], optimizer, learningRate };
    const request = makeRequest(compiled, precision, fields);
    request.parameters.set(normals(WEIGHTS, 5));
    const plan = backend.plan(compiled, { precision, threads });
    plan.runSync(request);
    plan.dispose();
    expectClose('weights', request.parameters.subarray(0, WEIGHTS), expected, exact);
  });

  it('uses the rate of each step, and no other', () => {
    const samples = new Array(3 * WEIGHTS).fill(1);
    const request = makeRequest(program, precision, { samples, targets: [1, 1, 1] });
    const learningRates = Float64Array.from([0.5, 0, 0.25]);
    const plan = backend.plan(program, { precision, threads });
    plan.runSync({ ...request, learningRates });
    plan.dispose();
    // Halves and quarters are exact in either precision.
    expectClose('weights', request.parameters.subarray(0, WEIGHTS), new Array(WEIGHTS).fill(-0.75), exact);
  });

  it('changes nothing between parameters', () => {
    const twoParameters = chain([3], [dense({ units: 2 })]);
    const padded = compilePlain(twoParameters, {
      purpose: 'train',
      batchSize: 1,
      targets: 'values',
      loss: projectionOnTargets(1),
      optimizer: sgd(),
    });
    const request = makeRequest(padded, precision, { samples: [1, 1, 1], targets: [1, 1], learningRate: 1 });
    const parameters = request.parameters.fill(7);
    const plan = backend.plan(padded, { precision, threads });
    plan.runSync(request);
    plan.dispose();
    const expected = Array.from(parameters, (_, index) => (index < 6 || (index >= 16 && index < 18) ? 6 : 7));
    expectClose('parameters', parameters, expected, exact);
  });

  it('keeps nothing between the states of parameters', () => {
    const twoParameters = chain([3], [dense({ units: 2 })]);
    const optimizer = adam();
    const loss = projectionOnTargets(1);
    const options = { purpose: 'train', batchSize: 1, targets: 'values', loss, optimizer } as const;
    const padded = compilePlain(twoParameters, options);
    const state = makeRequest(padded, precision, { samples: [] }).state?.fill(7) ?? new Float64Array(0);
    const fields = { samples: [1, 1, 1], targets: [1, 1], learningRate: 1, optimizer, state };
    const plan = backend.plan(padded, { precision, threads });
    plan.runSync(makeRequest(padded, precision, fields));
    plan.dispose();
    expect(state).toHaveLength(2 * padded.parameterElements);
    const kept = Array.from(state, (value, index) => ({ value, place: index % padded.parameterElements }));
    const ofParameters = (place: number): boolean => place < 6 || (place >= 16 && place < 18);
    expect(kept.every(({ value, place }) => (value !== 7) === ofParameters(place))).toBe(true);
  });
});
