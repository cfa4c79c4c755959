import { LaminetError } from '../errors';
import { initializerSequence } from '../initializers/initializer';
import { allocateFloats, type FloatArray, type Precision } from '../tensor/storage';
import type { Graph, GraphParameter } from './graph';

/** The numbers of a network: all parameters in one flat shared buffer, and their gradients in another. */
export class ParameterStore {
  readonly values: FloatArray;
  readonly gradients: FloatArray;
  readonly #graph: Graph;
  #version = 1;
  #exposed = false;

  constructor(graph: Graph, precision: Precision) {
    this.#graph = graph;
    this.values = allocateFloats(precision, graph.parameterElements);
    this.gradients = allocateFloats(precision, graph.parameterElements);
  }

  /**
   * Fills every parameter by its initializer: a function of the seed and the parameter's place alone. An initializer's error
   * is told with the parameter's name.
   */
  initialize(seed: number): void {
    for (const [index, { name, spec, offset, size }] of this.#graph.parameters.entries()) {
      const { shape, fanIn, fanOut } = spec;
      const random = initializerSequence(seed, index);
      try {
        spec.initializer.fill(this.values.subarray(offset, offset + size), { shape, fanIn, fanOut, random });
      } catch (error) {
        if (!(error instanceof LaminetError)) throw error;
        const details = { ...error.details, parameter: name };
        throw new LaminetError(error.code, `parameter ${name}: ${error.message}`, details, { cause: error });
      }
    }
  }

  /**
   * A number that is another whenever the parameters may be; undefined once a view was handed out, since what is written
   * through it cannot be noticed.
   */
  get version(): number | undefined {
    return this.#exposed ? undefined : this.#version;
  }

  /** To be called by whoever changes the parameters, before and after. */
  noteChange(): void {
    this.#version += 1;
  }

  /** The numbers of one parameter, as a view: what is written to it is written to the network. Error: `E_UNKNOWN`. */
  view(name: string): FloatArray {
    const found = this.#graph.parameters.find((parameter) => parameter.name === name);
    if (!found) {
      const names = this.#graph.parameters.map((parameter) => parameter.name).join(', ');
      throw new LaminetError('E_UNKNOWN', `there is no parameter ${JSON.stringify(name)}; there are ${names}`, {
        name,
      });
    }
    this.#exposed = true;
    return this.values.subarray(found.offset, found.offset + found.size);
  }

  /** Every parameter with its view, in order. */
  *entries(): Generator<[GraphParameter, FloatArray]> {
    for (const parameter of this.#graph.parameters) {
      yield [parameter, this.values.subarray(parameter.offset, parameter.offset + parameter.size)];
    }
  }
}
