import type { FloatArray } from '../tensor/storage';
import type { OptimizerState } from './optimizer-state';
import type { ParameterStore } from './parameters';

/** Copies of all that updates change: the parameters, what the optimizer keeps, the average of the weights. */
export interface Snapshot {
  readonly values: FloatArray;
  readonly state: FloatArray;
  /** Updates that the optimizer had made. */
  readonly steps: number;
}

/** Copies everything that updates change. */
export function takeSnapshot(store: ParameterStore, { values, steps }: OptimizerState): Snapshot {
  return { values: store.values.slice(), state: values.slice(), steps };
}

/** Puts a snapshot's numbers back. */
export function restoreSnapshot({ values, state, steps }: Snapshot, store: ParameterStore, to: OptimizerState): void {
  store.noteChange();
  store.values.set(values);
  to.values.set(state);
  to.steps = steps;
}
