import type { RunRequest } from '../../lib/backends/backend';
import { batchNorm } from '../../lib/layers/batch-norm';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { crossEntropy } from '../../lib/losses/loss';
import { chain } from '../../lib/model/graph';
import { type UpdateRulesCase, updateRulesCases } from '../cases/update-rules';
import { float32Targets, instructionSets, nativeTarget, oracle, type TestTarget } from '../support/backends';
import { normals, randomLabels } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain, placeParameters } from '../support/single-op';
import { expectClose, float32Newton, float32Training } from '../support/tolerance';

const SAMPLES = 70;
const STEPS = 5;

/** Five steps of 16 samples, the last of 6, on a small convolutional network. */
function train({ backend, precision, threads }: TestTarget, { rules, constraint }: UpdateRulesCase): RunRequest {
  const constrained = constraint ? { kernelConstraint: constraint } : {};
  const graph = chain(
    [2, 7, 6],
    [
      conv2d({ filters: 5, kernelSize: 3, activation: 'tanh', ...constrained }),
      batchNorm(),
      conv2d({ filters: 40, kernelSize: 2, strides: 2, activation: 'tanh', ...constrained }),
      flatten(),
      dense({ units: 3, activation: 'softmax', ...constrained }),
    ],
  );
  const program = compilePlain(graph, {
    purpose: 'train',
    batchSize: 16,
    targets: 'classes',
    loss: crossEntropy(),
    ...rules,
  });
  const parameters = placeParameters(graph, precision, (name, index) => {
    const { size = 0, spec } = graph.parameters[index] ?? {};
    const values = normals(size, index).map((value) => Math.fround(value / Math.sqrt(spec?.fanIn ?? 1)));
    return name.endsWith('runningVariance') ? values.map(Math.abs) : values;
  });
  const request = makeRequest(program, precision, {
    samples: normals(SAMPLES * 84, 1),
    targets: randomLabels(SAMPLES, 3, 2),
    parameters,
    learningRate: rules.optimizer?.learningRate as number,
    ...(rules.optimizer && { optimizer: rules.optimizer }),
    ...(rules.averaging && { averaging: rules.averaging }),
  });
  const plan = backend.plan(program, { precision, threads });
  expect(plan.runSync(request)).toEqual({ status: 'done', steps: STEPS });
  plan.dispose();
  return request;
}

/** What a run leaves behind. */
function outcomeOf({ parameters, gradients, state, losses, penalties }: RunRequest) {
  return { parameters, gradients, state: state ?? [], losses, penalties: penalties ?? [] };
}

describe.each(float32Targets)('on $name', (target) => {
  it.each(updateRulesCases)('$name does what it does on the oracle', (rules) => {
    const expected = outcomeOf(train(oracle, rules));
    const found = outcomeOf(train(target, rules));
    const orthogonal = rules.rules.optimizer?.name === 'muon';
    const tolerance = orthogonal ? float32Newton(5 * STEPS) : float32Training(STEPS, 256);
    for (const name of ['parameters', 'gradients', 'state', 'losses', 'penalties'] as const) {
      expectClose(name, found[name], expected[name], tolerance);
    }
  });
});

describe('the same bits', () => {
  it.each(updateRulesCases)('on any number of threads, AVX2 and AVX-512: $name', (rules) => {
    const fused = instructionSets.filter((set) => set !== 'sse2');
    const first = fused[0] && outcomeOf(train(nativeTarget(fused[0], 1), rules));
    for (const set of fused) {
      for (const threads of [1, 2, 3, 4, 8]) {
        expect(outcomeOf(train(nativeTarget(set, threads), rules))).toEqual(first);
      }
    }
    const narrow = outcomeOf(train(nativeTarget('sse2', 1), rules));
    for (const threads of [2, 3, 8]) expect(outcomeOf(train(nativeTarget('sse2', threads), rules))).toEqual(narrow);
  });
});
