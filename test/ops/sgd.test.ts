import { dense } from '../../lib/layers/dense';
import { chain } from '../../lib/model/graph';
import { sgd } from '../../lib/optimizers/optimizer';
import { oracle, targets } from '../support/backends';
import { readFixture } from '../support/fixtures';
import { makeRequest } from '../support/request';
import { compilePlain, projectionOnTargets } from '../support/single-op';
import { exact, expectClose, float32Training, float64Fixture } from '../support/tolerance';

/** A layer y = w x with one output, fed ones: its weights' gradient is the sample's only target times the sample. */
const WEIGHTS = 37;
const graph = chain([WEIGHTS], [dense({ units: 1, useBias: false })]);
const program = compilePlain(graph, {
  purpose: 'train',
  batchSize: 1,
  targets: 'values',
  loss: projectionOnTargets(1),
  optimizer: sgd(),
});

describe.each(targets)('sgd on $name', (target) => {
  const { backend, precision, threads } = target;

  it('takes the five steps that PyTorch takes', () => {
    const fixture = readFixture('optimizer_sgd');
    const parameters = makeRequest(program, precision, { samples: [] }).parameters;
    parameters.set(fixture.numbers('p0'));
    const plan = backend.plan(program, { precision, threads });
    // With a target of 1 the gradient is the sample itself: the samples are the gradients that PyTorch was given.
    const samples = fixture.numbers('grads');
    for (let step = 0; step < 5; step++) {
      const sample = samples.subarray(step * WEIGHTS, (step + 1) * WEIGHTS);
      plan.runSync(makeRequest(program, precision, { samples: sample, targets: [1], parameters, learningRate: 0.1 }));
      const tolerance = target === oracle ? float64Fixture : float32Training(step + 1, 1);
      expectClose(`step ${step + 1}`, parameters.subarray(0, WEIGHTS), fixture.numbers(`p${step + 1}`), tolerance);
    }
    plan.dispose();
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
});
