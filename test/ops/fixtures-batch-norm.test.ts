import { batchNorm } from '../../lib/layers/batch-norm';
import { chain } from '../../lib/model/graph';
import { sgd } from '../../lib/optimizers/optimizer';
import { oracle, type TestTarget, targets } from '../support/backends';
import { type Fixture, fixtureNames, readFixture } from '../support/fixtures';
import { makeRequest } from '../support/request';
import { compilePlain, placeParameters, projectionOnTargets } from '../support/single-op';
import { expectClose, float32Reduction, float64Fixture } from '../support/tolerance';

/** Our parameters by PyTorch's names. */
const NAMES: Readonly<Record<string, string>> = {
  weight: 'weight',
  bias: 'bias',
  runningMean: 'running_mean',
  runningVariance: 'running_var',
};

/** One step of training at a rate of 0, so that only running statistics change. */
function step({ backend, precision, threads }: TestTarget, fixture: Fixture, frozen: boolean) {
  const { momentum, eps } = fixture.attributes as { momentum: number; eps: number };
  const [count = 0, ...inputShape] = fixture.shape('x');
  const graph = chain(inputShape, [batchNorm({ momentum, epsilon: eps, frozen })]);
  const program = compilePlain(graph, {
    purpose: 'train',
    batchSize: count,
    targets: 'values',
    loss: projectionOnTargets(count),
    optimizer: sgd({ learningRate: 0.5 }),
    inputGradient: true,
    outputResult: true,
  });
  const local = (name: string): string => NAMES[name.slice(name.lastIndexOf('.') + 1)] ?? '';
  const parameters = placeParameters(graph, precision, (name) => {
    const own = local(name);
    return fixture.numbers(own.startsWith('running') && !frozen ? `${own}_before` : own);
  });
  const request = makeRequest(program, precision, {
    samples: fixture.numbers('x'),
    targets: fixture.numbers('gy'),
    parameters,
    learningRate: 0,
  });
  const plan = backend.plan(program, { precision, threads });
  expect(plan.runSync(request).status).toBe('done');
  plan.dispose();
  const view = (buffer: typeof parameters, wanted: string) => {
    const slot = graph.parameters.find(({ name }) => local(name) === wanted);
    return buffer.subarray(slot?.offset ?? 0, (slot?.offset ?? 0) + (slot?.size ?? 0));
  };
  const [y, gx] = request.results;
  return { y, gx, view, parameters, gradients: request.gradients, values: count * inputShape.reduce((a, b) => a * b) };
}

describe.each(targets)('$name normalizes as PyTorch does', (target) => {
  it.each(['train', 'eval'].flatMap((mode) => fixtureNames(`batch_norm_${mode}_`).map((name) => ({ name, mode }))))(
    '$name',
    ({ name, mode }) => {
      const fixture = readFixture(name);
      const { y, gx, view, parameters, gradients, values } = step(target, fixture, mode === 'eval');
      const tolerance = target === oracle ? float64Fixture : float32Reduction(values);
      expectClose('y', y ?? [], fixture.numbers('y'), tolerance);
      expectClose('gx', gx ?? [], fixture.numbers('gx'), tolerance);
      expectClose('g_weight', view(gradients, 'weight'), fixture.numbers('g_weight'), tolerance);
      expectClose('g_bias', view(gradients, 'bias'), fixture.numbers('g_bias'), tolerance);
      const after = mode === 'train' ? '_after' : '';
      for (const running of ['running_mean', 'running_var']) {
        expectClose(running, view(parameters, running), fixture.numbers(`${running}${after}`), tolerance);
      }
    },
  );
});

it('has every case that PyTorch made', () => {
  expect(fixtureNames('batch_norm_train_')).toHaveLength(3);
  expect(fixtureNames('batch_norm_eval_')).toHaveLength(3);
});
