import { relu } from '../../lib/layers/activation-functions';
import { batchNorm } from '../../lib/layers/batch-norm';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { globalAveragePool2d } from '../../lib/layers/global-pool2d';
import { input } from '../../lib/layers/input';
import { add } from '../../lib/layers/join';
import { crossEntropy } from '../../lib/losses/loss';
import { connect } from '../../lib/model/graph';
import { adamw } from '../../lib/optimizers/adam';
import type { FloatArray } from '../../lib/tensor/storage';
import { oracle, targets } from '../support/backends';
import { readFixture } from '../support/fixtures';
import { makeRequest } from '../support/request';
import { compilePlain, placeParameters } from '../support/single-op';
import { expectClose, float32Training, float64Fixture } from '../support/tolerance';

const BATCH = 16;
const STEPS = 20;

/** PyTorch's names of our layers' parts. */
const PARTS: Readonly<Record<string, string>> = { runningMean: 'running_mean', runningVariance: 'running_var' };

/** `c1.weight` is PyTorch's name, and ours; the parts of a batch normalization have others. */
function nameOf(ours: string): string {
  const [layer, part = ''] = ours.split('.');
  return `${layer}.${PARTS[part] ?? part}`;
}

function residual() {
  const convolution = (name: string) => conv2d({ name, filters: 8, kernelSize: 3, padding: 1, useBias: false });
  const x = input([3, 12, 12]);
  const stem = x.pipe(convolution('c1'), batchNorm({ name: 'b1' }), relu());
  const inner = stem.pipe(convolution('c2'), batchNorm({ name: 'b2' }), relu());
  const joined = add([stem, inner.pipe(convolution('c3'), batchNorm({ name: 'b3' }))]).pipe(relu());
  return connect([x], [joined.pipe(globalAveragePool2d(), flatten(), dense({ name: 'fc', units: 10 }))]);
}

it.each(targets)(
  'a residual network trains as PyTorch does with AdamW, which decays everything there: $name',
  (target) => {
    const { backend, precision, threads } = target;
    const fixture = readFixture('run_residual_bn_adamw');
    const graph = residual();
    const samples = fixture.numbers('x');
    const initial = fixture.withPrefix('init.');
    const parameters = placeParameters(graph, precision, (name) => initial.get(nameOf(name)) ?? []);
    const optimizer = adamw({ learningRate: 0.001, weightDecay: 0.01, decayedKinds: ['weight', 'bias', 'norm'] });
    const loss = crossEntropy({ fromLogits: true });
    const train = compilePlain(graph, { purpose: 'train', batchSize: BATCH, targets: 'classes', loss, optimizer });
    const request = makeRequest(train, precision, {
      samples,
      targets: fixture.labels('labels'),
      order: Array.from({ length: STEPS * BATCH }, (_, entry) => entry % 64),
      parameters,
      optimizer,
      learningRate: 0.001,
    });
    const tolerance = target === oracle ? float64Fixture : float32Training(STEPS, 16 * 144);
    const plan = backend.plan(train, { precision, threads });
    expect(plan.runSync(request)).toEqual({ status: 'done', steps: STEPS });
    plan.dispose();
    expectClose('losses', request.losses, fixture.numbers('losses'), tolerance);
    const final = fixture.withPrefix('final.');
    for (const { name, offset, size } of graph.parameters) {
      expectClose(name, parameters.subarray(offset, offset + size), final.get(nameOf(name)) ?? [], tolerance);
    }
    const predict = compilePlain(graph, { purpose: 'predict', batchSize: 24 });
    const prediction = makeRequest(predict, precision, { samples, parameters });
    const predictPlan = backend.plan(predict, { precision, threads });
    predictPlan.runSync(prediction);
    predictPlan.dispose();
    expectClose('eval_output', prediction.results[0] as FloatArray, fixture.numbers('eval_output'), tolerance);
  },
);
