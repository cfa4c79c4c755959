import { concat as concatOp } from '../ops/concat';
import { activationType, type NoAttributes, type Op } from '../ops/op';
import { add as addOp, multiply as multiplyOp } from '../ops/pairwise';
import type { Geometry } from '../ops/program';
import { type Shape, sizeOf } from '../tensor/shape';
import type { JoiningLayer, NamedOptions } from './layer';
import { joinNodes, type NetworkNode } from './node';

const OPS = {
  add: addOp,
  multiply: multiplyOp,
  concat: concatOp,
} as const satisfies Record<string, Op<NoAttributes, Geometry>>;

/** The layers that join several nodes, by kind. */
export type JoiningKind = keyof typeof OPS;

/** The kinds of {@link JoiningKind}. */
export const JOINING_KINDS = Object.keys(OPS) as readonly JoiningKind[];

/** The layer of that kind: an op of two inputs, applied from the first input to the last. */
export function joiningLayer(kind: JoiningKind, options: NamedOptions = {}): JoiningLayer {
  const op: Op<NoAttributes, Geometry> = OPS[kind];
  return {
    kind,
    name: options.name,
    config: {},
    join(inputShapes) {
      const [first = [], ...rest] = inputShapes;
      const outputShape = rest.reduce<Shape>((shape, other) => {
        const { outputs } = op.infer([activationType(shape), activationType(other)], {});
        return outputs[0]?.shape ?? [];
      }, first);
      return {
        outputShape,
        parameters: [],
        flops: kind === 'concat' ? 0 : rest.length * sizeOf(outputShape),
        emit: (emitter, inputs) => inputs.reduce((sum, value) => emitter.emit(op, [sum, value], {})),
      };
    },
  };
}

/**
 * The sum of two or more nodes of one shape, element by element: `y = a + b + ...`, from the first to the last.
 *
 *     const y = add([x, x.pipe(conv2d({ filters: 16, kernelSize: 3, padding: 'same' }))]).pipe(relu());
 *
 * Errors: `E_OPTION` for fewer than two nodes; `E_SHAPE`, from `model`, for shapes that differ.
 *
 * @example
 * add([input([4]), input([4])]);
 */
export function add(nodes: readonly NetworkNode[], options?: NamedOptions): NetworkNode {
  return joinNodes(joiningLayer('add', options), nodes);
}

/**
 * The product of two or more nodes of one shape, element by element: `y = a * b * ...`, from the first to the last.
 *
 * Errors: `E_OPTION` for fewer than two nodes; `E_SHAPE`, from `model`, for shapes that differ.
 *
 * @example
 * multiply([input([4]), input([4])]);
 */
export function multiply(nodes: readonly NetworkNode[], options?: NamedOptions): NetworkNode {
  return joinNodes(joiningLayer('multiply', options), nodes);
}

/**
 * The channels of two or more nodes one behind the other: [channels, height, width] each to [all channels, height, width];
 * flat nodes are lengthened in the same way.
 *
 * Errors: `E_OPTION` for fewer than two nodes; `E_SHAPE`, from `model`, for nodes that differ in more than channels.
 *
 * @example
 * concat([input([4]), input([2])]);
 */
export function concat(nodes: readonly NetworkNode[], options?: NamedOptions): NetworkNode {
  return joinNodes(joiningLayer('concat', options), nodes);
}
