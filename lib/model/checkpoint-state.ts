import { refuseFormat } from '../formats/format-error';
import type { ScheduleState } from '../schedules/schedule';
import type { StoppingState } from './early-stopping';
import type { EpochRecord, EvaluationRecord } from './events';

/** What a checkpoint's metadata say of the state of a training: `TrainingState` without its large arrays. */
export interface CheckpointState {
  readonly epoch: number;
  readonly step: number;
  readonly seconds: number;
  /** That the optimizer has made. */
  readonly updates: number;
  readonly schedule?: ScheduleState;
  readonly stopping?: StoppingState;
  /** That the optimizer had made after the best epoch, where its weights are kept. */
  readonly bestUpdates?: number;
  readonly epochs: readonly EpochRecord[];
  readonly evaluations: readonly EvaluationRecord[];
}

/** Numbers that JSON has no words for. */
const UNWRITABLE: ReadonlyMap<unknown, number> = new Map(
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((n) => [String(n), n]),
);

/** Names that mean something to objects, and nothing to a checkpoint. */
const UNWANTED = new Set(['__proto__', 'constructor', 'prototype']);

/** A value as JSON; numbers that are not finite become their names. */
export function printExact(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'number' && !Number.isFinite(entry) ? String(entry) : entry,
  );
}

/** What {@link printExact} has printed. Error: `E_FORMAT` for anything else than JSON, and for names of what objects inherit. */
export function parseExact(path: string, text: string): unknown {
  const where = 'the training';
  try {
    return JSON.parse(text, (key, entry: unknown) => {
      if (UNWANTED.has(key)) {
        refuseFormat({ name: path, where, found: `the name ${JSON.stringify(key)}`, expected: 'names of values' });
      }
      return UNWRITABLE.get(entry) ?? entry;
    });
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return refuseFormat({ name: path, where, found: 'text that is not JSON', expected: 'a JSON object' }, cause);
  }
}

type Test = (value: unknown) => boolean;

const isNumber: Test = (value) => typeof value === 'number';
const isCount: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumberOrNull: Test = (value) => value === null || isNumber(value);
const isMissingOr =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);
const isListOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);

/** Whether a value has members that pass their tests. */
const hasMembers =
  (tests: Readonly<Record<string, Test>>): Test =>
  (value) =>
    isRecord(value) && Object.entries(tests).every(([key, test]) => test(value[key]));

const measured: Readonly<Record<string, Test>> = {
  loss: isNumber,
  penalty: isMissingOr(isNumber),
  accuracy: isNumber,
  metrics: isMissingOr(isRecord),
};

/** Whether a value from a file is the result of an evaluation. */
export const isEvaluation = hasMembers({ ...measured, count: isCount });

/** Whether a value from a file is the record of an epoch. */
export const isEpochRecord = hasMembers({
  ...measured,
  epoch: isCount,
  seconds: isNumber,
  samplesPerSecond: isNumber,
  learningRate: isNumber,
  validation: isMissingOr(isEvaluation),
});

const isState = hasMembers({
  epoch: (value) => isCount(value) && value !== 0,
  step: isCount,
  seconds: isNumber,
  updates: isCount,
  schedule: isMissingOr((value) => isRecord(value) && Object.values(value).every(isNumberOrNull)),
  stopping: isMissingOr(hasMembers({ best: isNumberOrNull, bestEpoch: isCount, badEpochs: isCount })),
  bestUpdates: isMissingOr(isCount),
  epochs: isListOf(isEpochRecord),
  evaluations: isListOf(
    hasMembers({ ...measured, epoch: isCount, step: isCount, samplesSeen: isCount, count: isCount }),
  ),
});

/** Whether a value from a file is the state of a training. */
export const isCheckpointState = (value: unknown): value is CheckpointState => isState(value);
