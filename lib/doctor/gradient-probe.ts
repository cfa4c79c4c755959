import type { Plan, RunRequest } from '../backends/backend';
import { referenceBackend } from '../backends/reference';
import type { Loss } from '../losses/loss';
import { compileProgram, type InputFormat } from '../model/compile';
import type { Graph } from '../model/graph';
import { type NetworkRegularizer, type PenalizedParameter, penalizedParameters, penaltyOf } from '../model/penalty';
import { projection } from '../ops/loss';
import type { Program } from '../ops/program';
import type { RandomSequence } from '../tensor/philox';
import { sizeOf } from '../tensor/shape';
import { allocateFloats, type FloatArray } from '../tensor/storage';

/** The step of the differences: a power of two, so that adding it to numbers near 1 rounds little. */
const STEP = 2 ** -19;

/** An output's rounding error, at most, in parts of its size: sums of some hundred terms stay below it. */
const ROUNDING = 2 ** -50;

/** The numbers that a network is checked at. */
export interface Point {
  /** The flat parameter buffer. */
  readonly parameters: FloatArray;
  /** `[count][input]`. */
  readonly samples: FloatArray;
  /** `[count][output]`: what each output is weighted with in the sum that is differentiated. */
  readonly direction: FloatArray;
}

/** Gradients as the program computes them. */
export interface Gradients {
  /** The flat gradient buffer. */
  readonly parameters: FloatArray;
  /** `[count][input]`. */
  readonly input: FloatArray;
}

/** The derivative with respect to one number, measured by moving it. */
export interface Difference {
  /** From both sides: the estimate. */
  readonly central: number;
  /** How much the slopes of the two sides differ; much more than the step only where a kink lies between. */
  readonly kink: number;
  /** What rounding may have added to `central`, at most. */
  readonly noise: number;
}

function doubles(length: number): FloatArray {
  return allocateFloats('float64', length);
}

/** Weights normal with variance 1 / fanIn, inputs and directions standard normal: no value near saturation, few near 0. */
export function drawPoint(graph: Graph, count: number, random: RandomSequence): Point {
  const parameters = doubles(graph.parameterElements);
  for (const { offset, size, spec } of graph.parameters) {
    const deviation = 1 / Math.sqrt(spec.fanIn);
    for (let index = offset; index < offset + size; index++) {
      // Running statistics: a variance is above 0.
      const untrained = spec.trainable === false;
      parameters[index] = untrained ? 0.5 + random.nextUniform() : random.nextNormal() * deviation;
    }
  }
  const samples = doubles(count * sizeOf(graph.inputShape)).map(() => random.nextNormal());
  const direction = doubles(count * sizeOf(graph.outputShape)).map(() => random.nextNormal());
  return { parameters, samples, direction };
}

/**
 * A network compiled twice, on the reference in double precision: with its gradients, for the sum of all outputs times a
 * direction and the penalty on its weights; and forward only, to measure what that sum does when a number is moved.
 */
export class GradientProbe {
  readonly #graph: Graph;
  readonly #count: number;
  readonly #penalized: readonly PenalizedParameter[];
  readonly #train: Program;
  readonly #predict: Program;
  readonly #trainPlan: Plan;
  readonly #predictPlan: Plan;
  readonly #order: Uint32Array;

  constructor(graph: Graph, count: number, regularizer?: NetworkRegularizer) {
    const input: InputFormat = { source: { kind: 'float', shape: graph.inputShape }, padding: [0, 0, 0, 0], scale: 1 };
    // The program's loss is a mean over the batch; divided by 1 / count it is a sum.
    const loss: Loss = { name: 'projection', op: projection, fused: {}, divisor: () => 1 / count };
    this.#graph = graph;
    this.#count = count;
    this.#penalized = penalizedParameters(graph, regularizer);
    this.#train = compileProgram(graph, {
      purpose: 'train',
      batchSize: count,
      input,
      targets: 'values',
      loss,
      ...(regularizer && { regularizer }),
      inputGradient: true,
    });
    this.#predict = compileProgram(graph, {
      purpose: 'predict',
      batchSize: count,
      input,
      targets: 'none',
      training: true,
    });
    this.#trainPlan = referenceBackend.plan(this.#train, { precision: 'float64', threads: 1 });
    this.#predictPlan = referenceBackend.plan(this.#predict, { precision: 'float64', threads: 1 });
    this.#order = Uint32Array.from({ length: count }, (_, sample) => sample);
  }

  #request(program: Program, point: Point): RunRequest {
    return {
      parameters: point.parameters,
      gradients: doubles(this.#graph.parameterElements),
      samples: point.samples,
      targets: point.direction,
      order: this.#order,
      losses: new Float64Array(1),
      correct: new Float64Array(1),
      penalties: new Float64Array(1),
      results: program.results.map((id) => doubles(this.#count * sizeOf(program.tensors[id]?.shape ?? []))),
      control: new Int32Array(2),
    };
  }

  /** The gradients that the program computes; zeros for an input that the program computes none for. */
  gradients(point: Point): Gradients {
    const request = this.#request(this.#train, point);
    this.#trainPlan.runSync(request);
    return { parameters: request.gradients, input: request.results[0] ?? doubles(point.samples.length) };
  }

  /**
   * The network's outputs, `[count][output]`; of several, each sample's row holds all. Where weights are regularized, their
   * penalty is the last number.
   */
  outputs(point: Point): FloatArray {
    const outputs = this.#networkOutputs(point);
    if (this.#penalized.length === 0) return outputs;
    const numbers = doubles(outputs.length + 1);
    numbers.set(outputs);
    numbers[outputs.length] = penaltyOf(this.#penalized, point.parameters);
    return numbers;
  }

  #networkOutputs(point: Point): FloatArray {
    const request = this.#request(this.#predict, point);
    this.#predictPlan.runSync(request);
    const { results } = request;
    if (results.length === 1) return results[0] as FloatArray;
    const rows = doubles(point.direction.length);
    const whole = rows.length / this.#count;
    let begin = 0;
    for (const result of results) {
      const width = result.length / this.#count;
      for (let n = 0; n < this.#count; n++) rows.set(result.subarray(n * width, (n + 1) * width), n * whole + begin);
      begin += width;
    }
    return rows;
  }

  /**
   * The derivative with respect to `values[index]`, a number of the point; it is moved and put back. `at` holds the
   * outputs at the point itself. Outputs that do not move cancel exactly, and add no noise.
   */
  difference(point: Point, values: FloatArray, index: number, at: FloatArray): Difference {
    const value = values[index] as number;
    values[index] = value + STEP;
    const above = this.outputs(point);
    values[index] = value - STEP;
    const below = this.outputs(point);
    values[index] = value;
    let right = 0;
    let left = 0;
    let size = 0;
    for (let output = 0; output < at.length; output++) {
      const weight = point.direction[output] ?? 1;
      const [low, middle, high] = [below[output] as number, at[output] as number, above[output] as number];
      if (low === middle && middle === high) continue;
      right += weight * (high - middle);
      left += weight * (middle - low);
      size += Math.abs(weight * middle);
    }
    return {
      central: (right + left) / (2 * STEP),
      kink: Math.abs(right - left) / STEP,
      noise: (size * ROUNDING) / STEP,
    };
  }

  dispose(): void {
    this.#trainPlan.dispose();
    this.#predictPlan.dispose();
  }
}
