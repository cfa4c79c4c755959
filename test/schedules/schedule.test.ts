import { sgd } from '../../lib/optimizers/optimizer';
import { epochRates, type Schedule, toSchedule } from '../../lib/schedules/schedule';

describe('the rates of an epoch', () => {
  it('are those of its steps, counted over all epochs', () => {
    const schedule = { name: 'mine', rate: (step: number, stepsPerEpoch: number) => 10 * stepsPerEpoch + step };
    expect([...epochRates(schedule, 3, 4, undefined)]).toEqual([48, 49, 50, 51]);
  });

  it('of a number are that number', () => {
    expect([...epochRates(toSchedule(0.5), 2, 2, undefined)]).toEqual([0.5, 0.5]);
  });

  it('know the state', () => {
    const schedule: Schedule = { name: 'mine', rate: (_step, _steps, state) => Number(state?.rate) };
    expect([...epochRates(schedule, 1, 2, { rate: 3 })]).toEqual([3, 3]);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('are refused where one is %p', (wrong) => {
    const schedule = { name: 'mine', rate: (step: number) => (step === 5 ? wrong : 0) };
    expect(() => epochRates(schedule, 2, 4, undefined)).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: `the rate of schedule mine at step 5 must be a finite number of at least 0, found ${wrong}`,
      }),
    );
  });
});

it('an optimizer takes a schedule where it takes a rate', () => {
  const schedule = { name: 'mine', rate: () => 1 };
  expect(sgd({ learningRate: schedule }).learningRate).toBe(schedule);
  expect(() => sgd({ learningRate: 'fast' as unknown as number })).toThrow(/found "fast"/);
});
