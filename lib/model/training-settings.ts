import { createHash } from 'node:crypto';
import type { AugmentOptions } from '../data/augment';
import type { Dataset } from '../data/dataset';
import type { Loss } from '../losses/contract';
import type { Metric } from '../metrics/metric';
import type { Instruction, Program } from '../ops/program';
import type { WeightsChoice } from '../optimizers/averaging';
import type { Schedule } from '../schedules/schedule';
import type { Precision } from '../tensor/storage';
import { describeGraph } from './description';
import type { StoppingRule } from './early-stopping';
import type { Graph } from './graph';
import { printProgram } from './print-program';

/** Everything beside its state that the numbers of a training depend on, as JSON: two that are equal give the same bits. */
export type TrainingSettings = Readonly<Record<string, unknown>>;

/** What settings are made of. */
export interface SettingsParts {
  readonly graph: Graph;
  readonly frozen: ReadonlySet<string>;
  readonly precision: Precision;
  readonly losses: readonly Loss[];
  readonly metrics: readonly Metric[];
  readonly optimizer: string;
  readonly schedule: Schedule;
  readonly program: Program;
  readonly data: Dataset;
  readonly validationData: Dataset | undefined;
  readonly validationWeights: WeightsChoice;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly stopping: StoppingRule | undefined;
  readonly evaluation: { readonly every: number; readonly samples: number } | undefined;
  readonly augment: AugmentOptions | undefined;
}

/** A data set in a few values; the sum is of all of its bytes. */
function describeData(data: Dataset): object {
  const { count, source, padding, scale, classes, samples, labels, targets, sampleWeights } = data;
  const hash = createHash('sha256');
  for (const part of [samples, labels, targets, sampleWeights]) {
    hash.update(`${part?.byteLength ?? 0} `);
    if (part) hash.update(part);
  }
  return { count, kind: source.kind, shape: source.shape, padding, scale, classes, sha256: hash.digest('hex') };
}

/** The steps at which a schedule is asked what it is. A schedule is a function, which cannot be compared. */
const PROBED_STEPS = [0, 1, 10, 100, 1000, 10_000, 100_000];

function describeSchedule(schedule: Schedule, stepsPerEpoch: number): object {
  const { feedback } = schedule;
  const rates = PROBED_STEPS.map((step) => schedule.rate(step, stepsPerEpoch, feedback?.initialState));
  return { schedule: schedule.name, rates, ...(feedback && { monitor: feedback.monitor }) };
}

/** What some instructions do, in the words of the program: each rule once. */
function rulesOf({ instructions }: Program, belongs: (instruction: Instruction) => boolean): string[] {
  const rules = instructions.filter(belongs).map(({ op, geometry }) => {
    const constants = Object.entries(geometry).filter(([name]) => name !== 'size');
    return `${op} ${JSON.stringify(Object.fromEntries(constants))}`;
  });
  return [...new Set(rules)];
}

const describeLoss = ({ name, config, reduction, constants, classWeights }: Loss): object => ({
  loss: config ?? name,
  reduction,
  constants,
  classWeights,
});

/** The settings of a training. The program stands for all that no other member names: it is everything that a step computes. */
export function trainingSettings(parts: SettingsParts): TrainingSettings {
  const { graph, frozen, precision, losses, metrics, optimizer, schedule, program, data, validationData } = parts;
  const { batchSize, shuffle, seed, validationWeights, stopping, evaluation, augment } = parts;
  const steps = Math.ceil(data.count / batchSize);
  return {
    network: JSON.parse(describeGraph('', graph, frozen)),
    precision,
    losses: losses.map(describeLoss),
    metrics: metrics.map(({ name }) => name),
    batchSize,
    accumulate: program.stepsPerUpdate,
    shuffle,
    seed,
    data: describeData(data),
    ...(augment && { augment }),
    ...(validationData && { validationData: describeData(validationData), validationWeights }),
    optimizer,
    learningRate: describeSchedule(schedule, Math.ceil(steps / program.stepsPerUpdate)),
    penalties: rulesOf(program, ({ op }) => op === 'weightPenalty'),
    updates: rulesOf(program, ({ phase }) => phase === 'update'),
    program: createHash('sha256').update(printProgram(program)).digest('hex'),
    ...(stopping && { earlyStopping: stopping }),
    ...(evaluation && { evaluation: { every: evaluation.every, samples: evaluation.samples } }),
  };
}
