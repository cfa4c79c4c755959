import {
  binaryCrossEntropy,
  crossEntropy,
  huber,
  klDivergence,
  type Loss,
  meanAbsoluteError,
  meanSquaredError,
  negativeLogLikelihood,
  sumOfSquaredErrors,
} from '../../lib/losses/loss';
import { oracle, targets } from '../support/backends';
import { type Fixture, readFixture } from '../support/fixtures';
import { runLoss } from '../support/single-op';
import { expectClose, float32Quotient, float32Reduction, float64Fixture, type Tolerance } from '../support/tolerance';

interface LossFixture {
  readonly name: string;
  /** The loss with the options that PyTorch's was called with. */
  readonly loss: (fixture: Fixture) => Loss;
  /** Default: that of a sum over the batch. */
  readonly tolerance?: Tolerance;
}

const fromLogits = true;
const sum = { reduction: 'sum' } as const;

const CASES: readonly LossFixture[] = [
  { name: 'sse_half_sum', loss: () => sumOfSquaredErrors() },
  { name: 'mse_mean', loss: () => meanSquaredError() },
  { name: 'mse_sum', loss: () => meanSquaredError(sum) },
  { name: 'l1_mean', loss: () => meanAbsoluteError() },
  { name: 'l1_sum', loss: () => meanAbsoluteError(sum) },
  { name: 'huber', loss: ({ attributes }) => huber({ delta: attributes.delta as number }) },
  { name: 'cross_entropy', loss: () => crossEntropy({ fromLogits }) },
  { name: 'cross_entropy_large_logits', loss: () => crossEntropy({ fromLogits }) },
  {
    name: 'cross_entropy_smoothing',
    loss: ({ attributes }) => crossEntropy({ fromLogits, labelSmoothing: attributes.label_smoothing as number }),
  },
  { name: 'cross_entropy_weighted', loss: (f) => crossEntropy({ fromLogits, classWeights: f.numbers('weight') }) },
  { name: 'cross_entropy_soft_targets', loss: () => crossEntropy({ fromLogits }) },
  { name: 'nll', loss: () => negativeLogLikelihood() },
  { name: 'kl_div', loss: () => klDivergence({ from: 'logProbabilities' }) },
  // The probabilities are drawn from 0.05 to 0.95.
  { name: 'bce', loss: () => binaryCrossEntropy(), tolerance: float32Quotient(0.05) },
  { name: 'bce_with_logits', loss: () => binaryCrossEntropy({ fromLogits }) },
];

describe.each(targets)('$name gives the losses that PyTorch gives', (target) => {
  it.each(CASES)('$name', ({ name, loss, tolerance }) => {
    const fixture = readFixture(name);
    const [count = 0, outputs = 0] = fixture.shape('x');
    const classes = fixture.shape('target').length === 1;
    const result = runLoss(target, {
      loss: loss(fixture),
      outputs,
      x: fixture.numbers('x'),
      targets: classes ? fixture.labels('target') : fixture.numbers('target'),
      kind: classes ? 'classes' : 'values',
    });
    const allowed = target === oracle ? float64Fixture : (tolerance ?? float32Reduction(count * outputs));
    expectClose('loss', [result.loss], fixture.numbers('y'), allowed);
    expectClose('gx', result.gx, fixture.numbers('gx'), allowed);
  });
});
