import { LaminetError } from '../errors';

/** What a schedule remembers between epochs: plain JSON, so that it can be kept in a file and taken up again. */
export type ScheduleState = Readonly<Record<string, number | null>>;

/** Which of an epoch's results a schedule watches. */
export type MonitoredValue = 'loss' | 'accuracy' | 'validationLoss' | 'validationAccuracy';

/** How a schedule answers to what an epoch came to. */
export interface ScheduleFeedback {
  readonly monitor: MonitoredValue;
  /** The state before the first epoch. */
  readonly initialState: ScheduleState;
  /** The state after an epoch with this monitored value. */
  next(state: ScheduleState, value: number): ScheduleState;
}

/** A schedule's name with its options, as JSON. */
export interface ScheduleDescription {
  readonly name: string;
  readonly [option: string]: unknown;
}

/**
 * A learning rate that changes during training. A description, without anything that changes: one schedule can serve in
 * several runs at once. Each `fit` begins at step 0.
 *
 * Your own schedule is an object with a name and a rate: `{ name: 'mine', rate: (step) => 0.1 / (1 + step) }`.
 */
export interface Schedule {
  readonly name: string;
  /**
   * The rate of a step: a finite number of at least 0.
   * @param step counted from 0 over all epochs; with `fit({ accumulate })`, updates are what is counted
   * @param stepsPerEpoch how many of them an epoch has
   * @param state that of the epoch, where the schedule has {@link feedback}
   */
  rate(step: number, stepsPerEpoch: number, state?: ScheduleState): number;
  /** There for schedules whose rate depends on how training goes. */
  readonly feedback?: ScheduleFeedback;
  /** What files keep, to make it again; missing for schedules of your own. */
  readonly config?: ScheduleDescription;
}

/** A constant learning rate, or a schedule. */
export type LearningRate = number | Schedule;

const isSchedule = (value: unknown): value is Schedule =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Schedule>).rate === 'function';

/** Throws unless a learning rate is a finite number above 0, or a schedule. */
export function checkLearningRate(learningRate: LearningRate): void {
  if (isSchedule(learningRate) || (Number.isFinite(learningRate) && learningRate > 0)) return;
  const found = typeof learningRate === 'number' ? String(learningRate) : JSON.stringify(learningRate);
  throw new LaminetError(
    'E_OPTION',
    `learningRate must be a finite number above 0, or a schedule of such numbers, found ${found}`,
    { option: 'learningRate', found: learningRate },
  );
}

/** A rate as JSON; undefined for a schedule that has no description. */
export function describeRate(learningRate: LearningRate): number | ScheduleDescription | undefined {
  return typeof learningRate === 'number' ? learningRate : learningRate.config;
}

/** The rate as a schedule; a number is the same at every step. */
export function toSchedule(learningRate: LearningRate): Schedule {
  return typeof learningRate === 'number' ? { name: 'constant', rate: () => learningRate } : learningRate;
}

/**
 * The rates of an epoch's steps.
 * @param epoch counted from 1
 * Error: `E_OPTION` for a rate that is negative or no finite number, with the schedule's name and the step.
 */
export function epochRates(
  schedule: Schedule,
  epoch: number,
  stepsPerEpoch: number,
  state: ScheduleState | undefined,
): Float64Array {
  const rates = new Float64Array(stepsPerEpoch);
  const first = (epoch - 1) * stepsPerEpoch;
  for (let index = 0; index < stepsPerEpoch; index++) {
    const rate = schedule.rate(first + index, stepsPerEpoch, state);
    if (!(Number.isFinite(rate) && rate >= 0)) {
      throw new LaminetError(
        'E_OPTION',
        `the rate of schedule ${schedule.name} at step ${first + index} must be a finite number of at least 0, found ${String(rate)}`,
        { schedule: schedule.name, step: first + index, found: rate },
      );
    }
    rates[index] = rate;
  }
  return rates;
}
