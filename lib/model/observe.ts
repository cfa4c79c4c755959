import type { Observation } from '../metrics/metric';
import type { Value } from '../ops/op';
import { predictedClass, targetRank } from '../ops/ranking';
import type { ProgramBuilder } from './program-builder';

/** What the numbers of a step's samples are taken from. */
export interface ObservedValues {
  /** The first output. */
  readonly output: Value;
  /** The same, where it is a single number the probability that it stands for. */
  readonly decision: Value;
  readonly targets: Value;
  /** The samples' losses on each output. */
  readonly losses: readonly Value[];
}

/** The numbers of each sample that an observation consists of: one or, of `losses`, one for each output. */
function emitObservation(
  builder: ProgramBuilder,
  observation: Observation,
  { output, decision, targets, losses }: ObservedValues,
): readonly Value[] {
  switch (observation) {
    case 'predictedClasses':
      return [builder.emit(predictedClass, [decision], {})];
    case 'targetRanks':
      return [builder.emit(targetRank, [output, targets], {})];
    case 'scores':
      return [output];
    case 'losses':
      return losses;
  }
}

/** The numbers that metrics are computed from, in the order of the observations. */
export function emitObservations(
  builder: ProgramBuilder,
  observe: readonly Observation[],
  values: ObservedValues,
): readonly Value[] {
  builder.layer = 'metrics';
  return observe.flatMap((observation) => [...emitObservation(builder, observation, values)]);
}
