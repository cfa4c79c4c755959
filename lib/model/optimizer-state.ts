import { type Optimizer, stepFactors } from '../optimizers/contract';
import { allocateFloats, type FloatArray, type Precision } from '../tensor/storage';
import type { Graph } from './graph';

/** What runs are given of an optimizer; see `RunRequest`. */
export interface OptimizerMemory {
  readonly learningRates: Float64Array;
  readonly state?: FloatArray;
  readonly factors?: Float64Array;
}

/** What an optimizer keeps from step to step, in shared memory, and how many steps it has made. */
export class OptimizerState {
  /** The slots one behind the other, each laid out as the parameters are. */
  readonly values: FloatArray;
  steps = 0;
  readonly #optimizer: Optimizer;

  constructor(optimizer: Optimizer, graph: Graph, precision: Precision) {
    this.#optimizer = optimizer;
    this.values = allocateFloats(precision, optimizer.state.length * graph.parameterElements);
  }

  /** For the next steps, one for each rate. */
  memory(learningRates: Float64Array): OptimizerMemory {
    const { state, factors } = this.#optimizer;
    return {
      learningRates,
      ...(state.length > 0 && { state: this.values }),
      ...(factors && { factors: stepFactors(this.#optimizer, this.steps + 1, learningRates) }),
    };
  }
}
