import { averagingFactors, joinFactors, type WeightAveraging } from '../optimizers/averaging';
import { type Optimizer, type StepFactors, stepFactors } from '../optimizers/contract';
import { checkGroupsAreOf } from '../optimizers/groups';
import type { Shape } from '../tensor/shape';
import { allocateFloats, type FloatArray, type Precision } from '../tensor/storage';
import { type Graph, type GraphParameter, trainedParameter } from './graph';

/** What changes parameters and keeps something from one update to the next. */
export interface UpdateRules {
  readonly optimizer: Optimizer;
  /** Default: no average of the weights is kept. */
  readonly averaging?: WeightAveraging;
}

/** What runs are given of an optimizer; see `RunRequest`. */
export interface OptimizerMemory {
  readonly learningRates: Float64Array;
  readonly state?: FloatArray;
  readonly factors?: Float64Array;
}

/** A tensor that is kept of a parameter. */
export interface StateTensor {
  /** What it is, and of which parameter: `mean conv2d_1.weight`. */
  readonly name: string;
  readonly shape: Shape;
  /** A view: what is written to it, training goes on with. */
  readonly values: FloatArray;
}

function trainable({ parameters }: Graph): readonly GraphParameter[] {
  return parameters.filter(({ spec }) => spec.trainable !== false);
}

/** How many numbers an optimizer keeps for each number of a network's parameters: as many as for the neediest. */
export function optimizerSlots(optimizer: Optimizer, graph: Graph): number {
  const kept = trainable(graph).map((parameter) => optimizer.ruleFor(trainedParameter(parameter)).state.length);
  return Math.max(0, ...kept);
}

/** The same, with the average of the weights. */
export function stateSlots({ optimizer, averaging }: UpdateRules, graph: Graph): number {
  return optimizerSlots(optimizer, graph) + (averaging ? 1 : 0);
}

/** The factors of the optimizer; then that of the average. */
export function updateFactors({ optimizer, averaging }: UpdateRules): StepFactors | undefined {
  return joinFactors(optimizer.factors, averaging && averagingFactors(averaging));
}

/** What an optimizer keeps from update to update, and the average of the weights, in shared memory. */
export class OptimizerState {
  /** The slots one behind the other, each laid out as the parameters are; the average is the last. */
  readonly values: FloatArray;
  /** Updates that were made. */
  steps = 0;
  readonly #rules: UpdateRules;
  readonly #graph: Graph;

  /** Error: `E_OPTION` for a group of parameters that the network has none of. */
  constructor(rules: UpdateRules, graph: Graph, precision: Precision) {
    const { name, groups } = rules.optimizer;
    checkGroupsAreOf(name, groups, trainable(graph).map(trainedParameter));
    this.#rules = rules;
    this.#graph = graph;
    this.values = allocateFloats(precision, stateSlots(rules, graph) * graph.parameterElements);
  }

  /** Every tensor of the state, slot by slot. */
  *tensors(): Generator<StateTensor> {
    const { optimizer, averaging } = this.#rules;
    const slots = optimizerSlots(optimizer, this.#graph);
    for (let slot = 0; slot < slots; slot++) {
      for (const parameter of trainable(this.#graph)) {
        const kept = optimizer.ruleFor(trainedParameter(parameter)).state[slot];
        if (kept !== undefined) yield this.#tensor(kept, parameter, slot);
      }
    }
    if (averaging) for (const parameter of trainable(this.#graph)) yield this.#tensor('average', parameter, slots);
  }

  /** A copy of the parameters with their averages in their places; undefined where there are none yet. */
  averaged(parameters: FloatArray): FloatArray | undefined {
    const { optimizer, averaging } = this.#rules;
    if (!averaging || this.steps === 0) return undefined;
    const slot = optimizerSlots(optimizer, this.#graph);
    const copy = parameters.slice();
    for (const parameter of trainable(this.#graph)) {
      copy.set(this.#tensor('average', parameter, slot).values, parameter.offset);
    }
    return copy;
  }

  /**
   * For updates, one for each rate.
   * @param before how many updates come before the first of them. Default: those that were made
   */
  memory(learningRates: Float64Array, before: number = this.steps): OptimizerMemory {
    const factors = updateFactors(this.#rules);
    return {
      learningRates,
      ...(this.values.length > 0 && { state: this.values }),
      ...(factors && { factors: stepFactors(factors, before + 1, learningRates.length) }),
    };
  }

  #tensor(kept: string, { name, shape, offset, size }: GraphParameter, slot: number): StateTensor {
    const begin = slot * this.#graph.parameterElements + offset;
    return { name: `${kept} ${name}`, shape, values: this.values.subarray(begin, begin + size) };
  }
}
