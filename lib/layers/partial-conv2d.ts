import { LaminetError } from '../errors';
import { type Initializer, toInitializer } from '../initializers/initializer';
import { type Connections, partialConv2d as partialConv2dOp } from '../ops/partial-conv2d';
import { checkPadding, toPair } from '../ops/window';
import { sizeOf } from '../tensor/shape';
import { checkActivation, emitActivation } from './activation';
import type { Conv2dOptions } from './conv2d';
import type { Layer, ParameterSpec } from './layer';
import { toTrainable } from './options';

/** The connection tables that have names. */
const TABLES = {
  /**
   * Layer C3 of LeNet-5: 16 output maps over 6 input maps, of which each sees three neighbours, four, or all.
   * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, table I.
   */
  'lenet5-c3': [
    [0, 1, 2],
    [1, 2, 3],
    [2, 3, 4],
    [3, 4, 5],
    [0, 4, 5],
    [0, 1, 5],
    [0, 1, 2, 3],
    [1, 2, 3, 4],
    [2, 3, 4, 5],
    [0, 3, 4, 5],
    [0, 1, 4, 5],
    [0, 1, 2, 5],
    [0, 1, 3, 4],
    [1, 2, 4, 5],
    [0, 2, 3, 5],
    [0, 1, 2, 3, 4, 5],
  ],
} as const satisfies Record<string, Connections>;

/** The names of connection tables: `lenet5-c3`, that of LeNet-5's second convolution. */
export type ConnectionTableName = keyof typeof TABLES;

/** The options of {@link partialConv2d}: a convolution's, but for `groups`, and with a table in place of `filters`. */
export interface PartialConv2dOptions extends Omit<Conv2dOptions, 'filters' | 'groups'> {
  /** For each output map, the numbers of the input maps that it sees, in ascending order; or a table's name. */
  readonly connections: Connections | ConnectionTableName;
}

function refuseConnections(sentence: string, found: unknown): never {
  throw new LaminetError('E_OPTION', `connections ${sentence}`, { option: 'connections', found });
}

function isAscending(maps: readonly unknown[]): boolean {
  return maps.every(
    (map, place) => Number.isInteger(map) && (map as number) > ((place === 0 ? -1 : maps[place - 1]) as number),
  );
}

function toConnections(connections: PartialConv2dOptions['connections']): Connections {
  if (typeof connections === 'string') {
    if (Object.hasOwn(TABLES, connections)) return TABLES[connections];
    throw new LaminetError(
      'E_UNKNOWN',
      `there is no connection table ${JSON.stringify(connections)}; there are ${Object.keys(TABLES).join(', ')}`,
      { option: 'connections', found: connections },
    );
  }
  const given: unknown = connections;
  if (!Array.isArray(given) || given.length === 0) {
    refuseConnections(`must list the input maps of each output map, found ${JSON.stringify(given)}`, given);
  }
  for (const [map, seen] of (given as readonly unknown[]).entries()) {
    if (Array.isArray(seen) && seen.length > 0 && isAscending(seen)) continue;
    refuseConnections(
      `of output map ${map} must be one or more different input maps in ascending order, found ${JSON.stringify(seen)}`,
      seen,
    );
  }
  return connections.map((maps) => [...maps]);
}

/** Fills the kernels of each output map as those of a convolution with one filter, which sees as many input maps. */
function byOutputMap(initializer: Initializer, connections: Connections, fanOut: number): Initializer {
  return {
    config: initializer.config,
    fill(values, { shape, random }) {
      const [, height = 1, width = 1] = shape;
      const taps = height * width;
      let begin = 0;
      for (const { length } of connections) {
        const end = begin + length * taps;
        const own = { shape: [1, length, height, width], fanIn: length * taps, fanOut, random };
        initializer.fill(values.subarray(begin, end), own);
        begin = end;
      }
    },
  };
}

/**
 * Two-dimensional convolution whose output maps see some of the input maps each: [channels, height, width] to
 * [output maps, outHeight, outWidth].
 *
 *     partialConv2d({ connections: 'lenet5-c3', kernelSize: 5, activation: 'tanh' })
 *     partialConv2d({ connections: [[0, 1], [1, 2], [0, 2]], kernelSize: 3 })
 *
 * `y[k] = activation(bias[k] + sum over the input maps c of k of x[c] * weight[k, c])`, where * is the cross-correlation that
 * networks call convolution. Connections that are not there are no weights: they stay zero, are not stored and cost no
 * multiplication. Parameters: `weight` [kernels, kernelHeight, kernelWidth], the kernels of the first output map in the order
 * of its input maps, then those of the second ...; and `bias` [output maps]. Initializers fill the kernels of one output map
 * at a time, as [1, its input maps, kernelHeight, kernelWidth]: its fanIn counts the input maps that it sees, and fanOut the
 * output maps that an input map has on average.
 * Errors: `E_OPTION` for an option out of range, `E_UNKNOWN` for a table's name, `E_SHAPE` for an input that is no image,
 * smaller than the kernel or of fewer channels than the table names.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998, section II.B.
 *
 * @example
 * partialConv2d({ connections: 'lenet5-c3', kernelSize: 5 });
 */
export function partialConv2d(options: PartialConv2dOptions): Layer {
  const { name, kernelSize, strides = 1, padding = 'valid', dilation = 1, activation = 'linear' } = options;
  const { useBias = true } = options;
  const connections = toConnections(options.connections);
  const [kernelHeight, kernelWidth] = toPair(kernelSize, 'kernelSize', 1);
  toPair(strides, 'strides', 1);
  toPair(dilation, 'dilation', 1);
  checkPadding(padding);
  checkActivation(activation);
  const kernelInitializer = toInitializer(options.kernelInitializer ?? 'glorotUniform');
  const biasInitializer = toInitializer(options.biasInitializer ?? 'zeros');
  const attributes = { strides, padding, dilation, connections };

  return {
    kind: 'partialConv2d',
    name,
    trainable: toTrainable(options),
    config: {
      connections: typeof options.connections === 'string' ? options.connections : connections,
      kernelSize: [kernelHeight, kernelWidth],
      strides,
      padding,
      dilation,
      activation,
      useBias,
      kernelInitializer: kernelInitializer.config,
      biasInitializer: biasInitializer.config,
    },
    build(inputShape) {
      const taps = kernelHeight * kernelWidth;
      const filters = connections.length;
      const kernels = connections.flat().length;
      const fans = { fanIn: (kernels * taps) / filters, fanOut: (kernels * taps) / (inputShape[0] ?? 1) };
      const weightShape = [kernels, kernelHeight, kernelWidth];
      const parameters: ParameterSpec[] = [
        {
          name: 'weight',
          kind: 'weight',
          shape: weightShape,
          initializer: byOutputMap(kernelInitializer, connections, fans.fanOut),
          ...fans,
        },
      ];
      if (useBias)
        parameters.push({ name: 'bias', kind: 'bias', shape: [filters], initializer: biasInitializer, ...fans });
      const { outputs } = partialConv2dOp.infer(
        [
          { shape: inputShape, kind: 'float', batched: true },
          { shape: weightShape, kind: 'float', batched: false },
        ],
        attributes,
      );
      const outputShape = outputs[0]?.shape ?? [];
      const pixels = sizeOf(outputShape) / filters;
      return {
        outputShape,
        parameters,
        flops: 2 * kernels * taps * pixels + (activation === 'linear' ? 0 : sizeOf(outputShape)),
        emit: (emitter, input, values) =>
          emitActivation(emitter, activation, emitter.emit(partialConv2dOp, [input, ...values], attributes)),
      };
    },
  };
}
