import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import type { Layer } from '../../lib/layers/layer';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { crossEntropy, type Loss, sumOfSquaredErrors } from '../../lib/losses/loss';
import { chain } from '../../lib/model/graph';
import { adam } from '../../lib/optimizers/adam';
import type { Optimizer } from '../../lib/optimizers/contract';
import { sgd } from '../../lib/optimizers/optimizer';
import type { FloatArray } from '../../lib/tensor/storage';
import { oracle, targets } from '../support/backends';
import { readFixture } from '../support/fixtures';
import { makeRequest } from '../support/request';
import { compilePlain, placeParameters } from '../support/single-op';
import { expectClose, float32Training, float64Fixture } from '../support/tolerance';

const BATCH = 16;
const STEPS = 20;

interface RunCase {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** Class numbers, or one-hot rows made of them. */
  readonly kind: 'classes' | 'values';
  /** PyTorch's names of our parameters, in order: `<place in nn.Sequential>.<name>`. */
  readonly parameters: readonly string[];
}

function lenet5Case(name: string, optimizer: Optimizer): RunCase {
  return {
    name,
    layers: [
      conv2d({ filters: 6, kernelSize: 5, activation: 'tanh' }),
      maxPool2d(),
      conv2d({ filters: 16, kernelSize: 5, activation: 'tanh' }),
      maxPool2d(),
      conv2d({ filters: 120, kernelSize: 5, activation: 'tanh' }),
      flatten(),
      dense({ units: 10 }),
    ],
    loss: crossEntropy({ fromLogits: true }),
    optimizer,
    kind: 'classes',
    parameters: ['0.weight', '0.bias', '3.weight', '3.bias', '6.weight', '6.bias', '9.weight', '9.bias'],
  };
}

const CASES: readonly RunCase[] = [
  {
    name: 'run_two_layer_sse_sgd',
    layers: [flatten(), dense({ units: 100, activation: 'sigmoid' }), dense({ units: 10 })],
    loss: sumOfSquaredErrors(),
    optimizer: sgd({ learningRate: 0.05 }),
    kind: 'classes',
    parameters: ['1.weight', '1.bias', '3.weight', '3.bias'],
  },
  {
    name: 'run_two_layer_sse_sgd',
    layers: [flatten(), dense({ units: 100, activation: 'sigmoid' }), dense({ units: 10 })],
    loss: sumOfSquaredErrors(),
    optimizer: sgd({ learningRate: 0.05 }),
    kind: 'values',
    parameters: ['1.weight', '1.bias', '3.weight', '3.bias'],
  },
  lenet5Case('run_lenet5_ce_sgd', sgd({ learningRate: 0.05 })),
  lenet5Case('run_lenet5_ce_nesterov', sgd({ learningRate: 0.02, momentum: 0.9, nesterov: true, weightDecay: 5e-4 })),
  lenet5Case('run_lenet5_ce_adam', adam({ learningRate: 0.001 })),
];

describe.each(targets)('$name trains as PyTorch does', (target) => {
  it.each(CASES)('$name, targets as $kind', ({ name, layers, loss, optimizer, kind, parameters: names }) => {
    const { backend, precision, threads } = target;
    const fixture = readFixture(name);
    const labels = fixture.labels('labels');
    const samples = fixture.numbers('x');
    const graph = chain([1, 32, 32], layers);
    const initial = fixture.withPrefix('init.');
    const parameters = placeParameters(graph, precision, (_, index) => initial.get(names[index] ?? '') ?? []);
    const tolerance = target === oracle ? float64Fixture : float32Training(STEPS, 1024);

    const train = compilePlain(graph, { purpose: 'train', batchSize: BATCH, targets: kind, loss, optimizer });
    const request = makeRequest(train, precision, {
      samples,
      targets: kind === 'classes' ? labels : Array.from(labels, (label) => oneHot(label)).flat(),
      order: Array.from({ length: STEPS * BATCH }, (_, entry) => entry % labels.length),
      parameters,
      optimizer,
      learningRate: optimizer.learningRate as number,
    });
    const trainPlan = backend.plan(train, { precision, threads });
    expect(trainPlan.runSync(request)).toEqual({ status: 'done', steps: STEPS });
    trainPlan.dispose();
    expectClose('losses', request.losses, fixture.numbers('losses'), tolerance);
    const final = fixture.withPrefix('final.');
    for (const [index, { name: parameter, offset, size }] of graph.parameters.entries()) {
      const expected = final.get(names[index] ?? '') ?? [];
      expectClose(parameter, parameters.subarray(offset, offset + size), expected, tolerance);
    }

    const predict = compilePlain(graph, { purpose: 'predict', batchSize: 24 });
    const prediction = makeRequest(predict, precision, { samples, parameters });
    const predictPlan = backend.plan(predict, { precision, threads });
    expect(predictPlan.runSync(prediction)).toEqual({ status: 'done', steps: 3 });
    predictPlan.dispose();
    expectClose('eval_output', prediction.results[0] as FloatArray, fixture.numbers('eval_output'), tolerance);
  });
});

function oneHot(label: number): number[] {
  return Array.from({ length: 10 }, (_, k) => (k === label ? 1 : 0));
}
