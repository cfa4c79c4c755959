import { cosineDecay, cosineRestarts } from '../../lib/schedules/cosine';
import { exponentialDecay, polynomialDecay } from '../../lib/schedules/decay';
import { linearWarmup } from '../../lib/schedules/linear-warmup';
import { oneCycle } from '../../lib/schedules/one-cycle';
import { multiStepDecay, stepDecay } from '../../lib/schedules/piecewise';
import type { Schedule } from '../../lib/schedules/schedule';
import { fixtureNames, readFixture } from '../support/fixtures';
import { expectClose, float64Rounding } from '../support/tolerance';

/** The arguments of PyTorch's schedule, by their names there. */
type Attributes = Readonly<Record<string, number>> & { readonly milestones: readonly number[] };

/** By a fixture's name: its schedule in our words. */
const SCHEDULES: Readonly<Record<string, (attributes: Attributes) => Schedule>> = {
  schedule_step: ({ lr = 0, step_size = 0, gamma = 0 }) =>
    stepDecay({ learningRate: lr, every: step_size, factor: gamma }),
  schedule_multistep: ({ lr = 0, milestones, gamma = 0 }) =>
    multiStepDecay({ learningRate: lr, milestones, factor: gamma }),
  schedule_exponential: ({ lr = 0, gamma = 0 }) => exponentialDecay({ learningRate: lr, factor: gamma }),
  schedule_cosine: ({ lr = 0, T_max = 0, eta_min = 0 }) =>
    cosineDecay({ learningRate: lr, duration: T_max, minimum: eta_min, oscillate: true }),
  schedule_cosine_restarts: ({ lr = 0, T_0 = 0, T_mult = 0 }) =>
    cosineRestarts({ learningRate: lr, duration: T_0, durationFactor: T_mult }),
  schedule_one_cycle: ({ max_lr = 0, total_steps = 0 }) => oneCycle({ learningRate: max_lr, duration: total_steps }),
  schedule_linear_warmup: ({ lr = 0, start_factor = 0, total_iters = 0 }) =>
    linearWarmup({ learningRate: lr, duration: total_iters, startFactor: start_factor }),
  schedule_polynomial: ({ lr = 0, total_iters = 0, power = 0 }) =>
    polynomialDecay({ learningRate: lr, duration: total_iters, power }),
};

/** Forty rates, relative to the largest of what they are held to. */
function expectRates(name: string, rates: Float64Array, expected: Float64Array): void {
  const largest = Math.max(...expected);
  const scaled = (values: Float64Array): Float64Array => values.map((value) => value / largest);
  expectClose(name, scaled(rates), scaled(expected), float64Rounding);
}

describe('a schedule gives the rates of PyTorch', () => {
  it.each(fixtureNames('schedule_'))('%s', (name) => {
    const fixture = readFixture(name);
    const schedule = SCHEDULES[name]?.(fixture.attributes as Attributes);
    if (!schedule) throw new Error(`no schedule is told for ${name}`);
    const expected = fixture.numbers('lr');
    expect(expected).toHaveLength(40);
    // Forty epochs of one step, and, where an epoch has three, its first step.
    expectRates(
      name,
      expected.map((_, epoch) => schedule.rate(epoch, 1)),
      expected,
    );
    // The last of the one cycle's rates is that of the last step, whatever an epoch is.
    if (name !== 'schedule_one_cycle') {
      expectRates(
        name,
        expected.map((_, epoch) => schedule.rate(3 * epoch, 3)),
        expected,
      );
    }
  });
});
