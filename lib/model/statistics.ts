import type { Dataset } from '../data/dataset';
import { LaminetError } from '../errors';
import type { Loss } from '../losses/contract';
import { sizeOf } from '../tensor/shape';
import type { FloatArray, Precision } from '../tensor/storage';
import { distributionOf, type ValueDistribution } from './distribution';
import type { Graph, GraphParameter } from './graph';
import type { ParameterStore } from './parameters';
import type { PlannedProgram } from './plan-cache';
import { makeRequest } from './runner';

/** A look at weights, gradients and activations after an epoch; the numbers come as `statistics` events. */
export interface StatisticsOptions {
  /**
   * How many training samples gradients and activations are computed of: the same after each epoch, picked at random by the
   * run's seed. Default: 32, or all of fewer; of networks whose layers put out more than 2^17 numbers for a sample, as many as they
   * put out 2^22 numbers for.
   */
  readonly samples?: number;
}

/** What is told of a trained parameter after an epoch. */
export interface ParameterStatistics {
  /** `conv2d_1.weight` */
  readonly name: string;
  readonly layer: string;
  readonly values: ValueDistribution;
  /** Of the mean loss of the picked samples, penalties included; missing where the layer is frozen. */
  readonly gradients?: ValueDistribution;
  /**
   * The norm of what the epoch's last update changed, divided by the norm of the parameter before it. Missing where the layer is
   * frozen, or the parameter was all zeros.
   */
  readonly updateRatio?: number;
}

/** What is told of a layer's output after an epoch: all numbers of all picked samples, as in training. */
export interface ActivationStatistics {
  /** The layer's name; behind it, where the layer is used again, `@2`, `@3` ... */
  readonly layer: string;
  readonly values: ValueDistribution;
}

/** Weights, gradients, updates and activations after an epoch. */
export interface StatisticsRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Of the trained parameters, in the network's order. */
  readonly parameters: readonly ParameterStatistics[];
  /** Of the layers in the network's order, those left out that only give numbers another shape. */
  readonly activations: readonly ActivationStatistics[];
}

/** What a look at a network by default costs at most: numbers to put out, and to sort into buckets. */
const MOST_OUTPUTS = 2 ** 22;

function defaultSamples({ nodes }: Graph, count: number): number {
  const outputs = nodes.reduce((sum, { built }) => sum + sizeOf(built.outputShape), 0);
  return Math.max(1, Math.min(32, count, Math.floor(MOST_OUTPUTS / outputs)));
}

/** Statistics options with their defaults. Error: `E_OPTION`. */
export function checkStatistics(options: StatisticsOptions, graph: Graph, count: number): Required<StatisticsOptions> {
  const { samples = defaultSamples(graph, count) } = options;
  if (Number.isInteger(samples) && samples >= 1 && samples <= count) return { samples };
  throw new LaminetError(
    'E_OPTION',
    `statistics.samples must be a whole number from 1 to ${count}, the training samples, found ${String(samples)}`,
    { option: 'statistics.samples', found: samples },
  );
}

/** Of epochs 1 to 100 each, then each tenth, from 1,000 on each hundredth ...: a long run is not slowed down by being watched. */
export function hasStatistics(epoch: number): boolean {
  return epoch % 10 ** Math.max(0, Math.floor(Math.log10(epoch)) - 1) === 0;
}

/** Gradients and activations of some samples, at the parameters of a moment. */
export interface Inspection {
  /** The flat gradient buffer. */
  readonly gradients: FloatArray;
  /** One for each of the graph's nodes: its outputs for all samples. */
  readonly activations: readonly FloatArray[];
}

/** What an {@link Inspection} is made of. */
export interface InspectionParts {
  readonly store: ParameterStore;
  readonly precision: Precision;
  readonly losses: readonly Loss[];
  readonly data: Dataset;
  /** The samples. */
  readonly order: Uint32Array;
  /** Of what layers draw at random. */
  readonly seed: number;
}

/**
 * Runs one step that updates nothing, on copies of all that a step of training may write: running statistics move in it, too.
 * Undefined where the loss is no finite number.
 * @param planned a training program without an optimizer, with the results of all layers
 */
export async function inspect(
  { program, plan }: PlannedProgram,
  { store, precision, losses, data, order, seed }: InspectionParts,
): Promise<Inspection | undefined> {
  const { version: _, ...request } = makeRequest(program, data, order, { precision, store, losses });
  const gradients = store.gradients.slice();
  const { status } = await plan.run({ ...request, parameters: store.values.slice(), gradients, seed });
  return status === 'done' ? { gradients, activations: request.results } : undefined;
}

/** Layers whose outputs are their inputs' numbers. */
const RESHAPING = new Set(['flatten', 'reshape']);

/**
 * The statistics of a moment.
 * @param before the flat parameter buffer before the last update
 * @param after the same after it
 */
export function statisticsOf(
  graph: Graph,
  frozen: ReadonlySet<string>,
  [before, after]: readonly [FloatArray, FloatArray],
  { gradients, activations }: Inspection,
): Omit<StatisticsRecord, 'epoch'> {
  const trained = graph.parameters.filter(({ spec }) => spec.trainable !== false);
  return {
    parameters: trained.flatMap((slot): ParameterStatistics[] => {
      const { name, layer } = slot;
      const values = distributionOf(partOf(slot, after));
      if (!values) return [];
      if (frozen.has(layer)) return [{ name, layer, values }];
      const gradient = distributionOf(partOf(slot, gradients));
      const updateRatio = relativeChange(partOf(slot, before), partOf(slot, after));
      return [
        {
          name,
          layer,
          values,
          ...(gradient && { gradients: gradient }),
          ...(updateRatio !== undefined && { updateRatio }),
        },
      ];
    }),
    activations: graph.nodes.flatMap(({ name, layer }, node): ActivationStatistics[] => {
      const values = RESHAPING.has(layer.kind) ? undefined : distributionOf(activations[node] as FloatArray);
      return values ? [{ layer: name, values }] : [];
    }),
  };
}

function partOf({ offset, size }: GraphParameter, buffer: FloatArray): FloatArray {
  return buffer.subarray(offset, offset + size);
}

function relativeChange(before: FloatArray, after: FloatArray): number | undefined {
  let change = 0;
  let size = 0;
  for (let index = 0; index < before.length; index++) {
    const value = before[index] as number;
    const moved = (after[index] as number) - value;
    change += moved * moved;
    size += value * value;
  }
  const ratio = Math.sqrt(change / size);
  return Number.isFinite(ratio) ? Number(ratio.toPrecision(6)) : undefined;
}
