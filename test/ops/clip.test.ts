import { dense } from '../../lib/layers/dense';
import { input } from '../../lib/layers/input';
import { connect } from '../../lib/model/graph';
import type { ClippingRule } from '../../lib/optimizers/clipping';
import { sgd } from '../../lib/optimizers/optimizer';
import { oracle, type TestTarget, targets } from '../support/backends';
import { readFixture } from '../support/fixtures';
import { normals } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain, projectionOnTargets } from '../support/single-op';
import { exact, expectClose, float32Elementwise, float32Reduction, float64Fixture } from '../support/tolerance';

/** The gradients that two parameters have after clipping: with targets of 1, before it they are the samples themselves. */
function clipped(
  { backend, precision, threads }: TestTarget,
  clipping: ClippingRule,
  gradients: readonly Float64Array[],
): Float64Array[] {
  const inputs = gradients.map(({ length }) => input([length]));
  const graph = connect(
    inputs,
    inputs.map((each) => each.pipe(dense({ units: 1, useBias: false }))),
  );
  const program = compilePlain(graph, {
    purpose: 'train',
    batchSize: 1,
    targets: 'values',
    loss: projectionOnTargets(1),
    optimizer: sgd(),
    clipping,
  });
  const samples = gradients.flatMap((each) => [...each]);
  const targetsOfOne = gradients.map(() => 1);
  const request = makeRequest(program, precision, { samples, targets: targetsOfOne, learningRate: 0 });
  const plan = backend.plan(program, { precision, threads });
  plan.runSync(request);
  plan.dispose();
  return graph.parameters.map(({ offset, size }) =>
    Float64Array.from(request.gradients.subarray(offset, offset + size)),
  );
}

const norm = (values: Float64Array): number => Math.hypot(...values);

describe.each(targets)('clipping on $name', (target) => {
  const close = target === oracle ? float64Fixture : float32Reduction(5000);

  it('by the global norm gives what PyTorch gives', () => {
    const fixture = readFixture('clip_global_norm');
    const limit = fixture.attributes.max_norm as number;
    const gradients = ['g0', 'g1'].map((name) => fixture.numbers(name));
    expectClose('norm', [norm(Float64Array.of(...gradients.map(norm)))], fixture.numbers('norm'), float64Fixture);
    const found = clipped(target, { by: 'globalNorm', limit }, gradients);
    expectClose('c0', found[0] ?? [], fixture.numbers('c0'), close);
    expectClose('c1', found[1] ?? [], fixture.numbers('c1'), close);
  });

  it.each([1, 7, 16, 33, 2047, 5000])('shortens gradients of %p numbers that are too long, and no others', (length) => {
    const gradients = [normals(length, 1), normals(17, 2).map((value) => value * 1e-3)];
    const [long = 0, short = 0] = gradients.map(norm);
    const together = Math.hypot(long, short);
    const scaled = (factors: readonly number[]) => gradients.map((g, i) => g.map((value) => value * (factors[i] ?? 1)));
    const cases: readonly [ClippingRule, readonly Float64Array[]][] = [
      [{ by: 'norm', limit: 0.01 }, scaled([0.01 / (long + 1e-6), Math.min(1, 0.01 / (short + 1e-6))])],
      [{ by: 'globalNorm', limit: 0.01 }, scaled([0.01 / (together + 1e-6), 0.01 / (together + 1e-6)])],
      [{ by: 'globalNorm', limit: 2 * together }, gradients],
      [{ by: 'value', limit: 0.5 }, gradients.map((g) => g.map((value) => Math.min(Math.max(value, -0.5), 0.5)))],
    ];
    for (const [rule, expected] of cases) {
      const found = clipped(target, rule, gradients);
      const kept = rule.by === 'value' || rule.limit > 1;
      // The small gradients are no numbers of float32.
      const tolerance = target === oracle ? float64Fixture : kept ? float32Elementwise : close;
      for (const [index, values] of expected.entries()) expectClose(rule.by, found[index] ?? [], values, tolerance);
    }
  });

  it('leaves gradients of zeros what they are', () => {
    for (const by of ['value', 'norm', 'globalNorm'] as const) {
      const [found] = clipped(target, { by, limit: 1 }, [new Float64Array(20), new Float64Array(3)]);
      expectClose(by, found ?? [], new Float64Array(20), exact);
    }
  });
});
