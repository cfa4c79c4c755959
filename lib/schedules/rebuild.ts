import { LaminetError } from '../errors';
import { cosineDecay, cosineRestarts } from './cosine';
import { exponentialDecay, inverseTimeDecay, polynomialDecay } from './decay';
import { linearWarmup } from './linear-warmup';
import { oneCycle } from './one-cycle';
import { constantRate, multiStepDecay, piecewiseConstant, stepDecay } from './piecewise';
import { reduceOnPlateau } from './reduce-on-plateau';
import type { LearningRate, Schedule, ScheduleDescription } from './schedule';

const SCHEDULES: Readonly<Record<string, (options: never) => Schedule>> = {
  cosineDecay,
  cosineRestarts,
  exponentialDecay,
  inverseTimeDecay,
  linearWarmup: ({ learningRate, ...options }: { learningRate: number | ScheduleDescription; duration: number }) =>
    linearWarmup({ ...options, learningRate: rebuildRate(learningRate) }),
  multiStepDecay,
  oneCycle,
  piecewiseConstant,
  polynomialDecay,
  reduceOnPlateau,
  stepDecay,
  constantRate: ({ learningRate }: { learningRate: number }) => constantRate(learningRate),
};

/** The rate that `describeRate` has described. Errors: `E_UNKNOWN` for a name, `E_OPTION` for options. */
export function rebuildRate(description: number | ScheduleDescription): LearningRate {
  if (typeof description !== 'object' || description === null) return description;
  const { name, ...options } = description;
  const make = Object.hasOwn(SCHEDULES, name) ? SCHEDULES[name] : undefined;
  if (make) return make(options as never);
  const known = Object.keys(SCHEDULES).join(', ');
  throw new LaminetError('E_UNKNOWN', `there is no schedule ${JSON.stringify(name)}; there are ${known}`, { name });
}
