import { binaryCrossEntropy, crossEntropy, type Loss, sumOfSquaredErrors } from '../../lib/losses/loss';
import { oracle, targets } from '../support/backends';
import { readFixture } from '../support/fixtures';
import { runLoss } from '../support/single-op';
import { expectClose, float32Quotient, float32Reduction, float64Fixture, type Tolerance } from '../support/tolerance';

interface LossCase {
  readonly name: string;
  readonly loss: Loss;
  readonly kind: 'classes' | 'values';
  readonly tolerance: Tolerance;
}

/** A summed loss over ten outputs of six samples. */
const summed = float32Reduction(60);

const CASES: readonly LossCase[] = [
  { name: 'sse_half_sum', loss: sumOfSquaredErrors(), kind: 'values', tolerance: summed },
  { name: 'cross_entropy', loss: crossEntropy({ fromLogits: true }), kind: 'classes', tolerance: summed },
  { name: 'cross_entropy_large_logits', loss: crossEntropy({ fromLogits: true }), kind: 'classes', tolerance: summed },
  { name: 'cross_entropy_soft_targets', loss: crossEntropy({ fromLogits: true }), kind: 'values', tolerance: summed },
  // The probabilities are drawn from 0.05 to 0.95.
  { name: 'bce', loss: binaryCrossEntropy(), kind: 'values', tolerance: float32Quotient(0.05) },
  { name: 'bce_with_logits', loss: binaryCrossEntropy({ fromLogits: true }), kind: 'values', tolerance: summed },
];

describe.each(targets)('$name gives the losses that PyTorch gives', (target) => {
  it.each(CASES)('$name', ({ name, loss, kind, tolerance }) => {
    const fixture = readFixture(name);
    const result = runLoss(target, {
      loss,
      outputs: 10,
      x: fixture.numbers('x'),
      targets: kind === 'classes' ? fixture.labels('target') : fixture.numbers('target'),
      kind,
    });
    const allowed = target === oracle ? float64Fixture : tolerance;
    expectClose('loss', [result.loss], fixture.numbers('y'), allowed);
    expectClose('gx', result.gx, fixture.numbers('gx'), allowed);
  });
});
