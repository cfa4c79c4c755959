import { LaminetError } from '../errors';
import type { BuiltLayer, JoiningLayer, Layer, ParameterSpec } from '../layers/layer';
import { InputNode, type NetworkNode } from '../layers/node';
import type { Value } from '../ops/op';
import type { ParameterSlot } from '../ops/program';
import type { TrainedParameter } from '../optimizers/groups';
import { checkShape, formatShape, type Shape, sameShape, sizeOf } from '../tensor/shape';
import { alignElements } from '../tensor/storage';
import { nameAll } from './names';
import { type Connected, connectNodes } from './node-order';

/** Where samples enter a network. */
export interface GraphInput {
  readonly name: string;
  readonly shape: Shape;
}

/** One use of a layer: named, fitted to its inputs, its parameters placed in the flat buffer. */
export interface GraphNode {
  /** The layer's name; behind it, where the layer is used again, `@2`, `@3` ... */
  readonly name: string;
  /** The layer's name: all its uses have the same. */
  readonly layerName: string;
  readonly layer: Layer | JoiningLayer;
  readonly built: BuiltLayer<readonly Value[]>;
  readonly inputShapes: readonly Shape[];
  /** The nodes that feed this one; -1 is the network's first input, -2 its second ... */
  readonly inputs: readonly number[];
  /** Indices into {@link Graph.parameters}. */
  readonly parameters: readonly number[];
}

/** A parameter of a network: where it lies and how it starts. */
export interface GraphParameter extends ParameterSlot {
  /** The name of the layer that it belongs to. */
  readonly layer: string;
  readonly spec: ParameterSpec;
}

/** Layers joined, every shape fixed. */
export interface Graph {
  readonly inputs: readonly GraphInput[];
  /** In an order in which each node comes behind those that feed it. */
  readonly nodes: readonly GraphNode[];
  /** The nodes whose values the network puts out. */
  readonly outputs: readonly number[];
  /** What one sample is: the input's shape; with several inputs, a row of all their numbers in their order. */
  readonly inputShape: Shape;
  /** The output's shape; with several outputs, a row of all their numbers in their order. */
  readonly outputShape: Shape;
  readonly parameters: readonly GraphParameter[];
  /** Elements of the flat parameter buffer, alignment included. */
  readonly parameterElements: number;
  /** Trainable numbers, alignment left out. */
  readonly parameterCount: number;
}

/** A parameter as optimizers see it. */
export function trainedParameter({ name, layer, shape, spec }: GraphParameter): TrainedParameter {
  return { name, layer, shape, kind: spec.kind };
}

/** The shape of several tensors that travel together: that of the only one, or a row of all their numbers. */
export function togetherShape(shapes: readonly Shape[]): Shape {
  const [only] = shapes;
  return shapes.length === 1 && only ? only : [shapes.reduce((sum, shape) => sum + sizeOf(shape), 0)];
}

/** Whether layers follow one another, each used once. */
export function isChain({ inputs, nodes, outputs }: Graph): boolean {
  const inLine = nodes.every((node, index) => {
    return node.name === node.layerName && node.inputs.length === 1 && node.inputs[0] === index - 1;
  });
  return inLine && inputs.length === 1 && outputs.length === 1 && outputs[0] === nodes.length - 1;
}

const isJoining = (layer: Layer | JoiningLayer): layer is JoiningLayer => 'join' in layer;

function fitLayer(layer: Layer | JoiningLayer, shapes: readonly Shape[]): BuiltLayer<readonly Value[]> {
  if (isJoining(layer)) return layer.join(shapes);
  const built = layer.build(shapes[0] as Shape);
  return { ...built, emit: (emitter, inputs, parameters) => built.emit(emitter, inputs[0] as Value, parameters) };
}

/** Runs {@link fitLayer}, adding to an error which layer it came from and what came in. */
function buildLayer(layer: Layer | JoiningLayer, name: string, inputShapes: readonly Shape[]): GraphNode['built'] {
  try {
    return fitLayer(layer, inputShapes);
  } catch (error) {
    if (!(error instanceof LaminetError)) throw error;
    const fed = inputShapes.map(formatShape).join(' and ');
    throw new LaminetError(
      error.code,
      `layer ${name} (${layer.kind}), fed ${fed}: ${error.message}`,
      { ...error.details, layer: name, inputShape: inputShapes[0], inputShapes },
      { cause: error },
    );
  }
}

/** Gives layers their parameters: at their first use a place in the flat buffer, at a later one the same. */
class ParameterPlaces {
  readonly parameters: GraphParameter[] = [];
  elements = 0;
  readonly #byLayer = new Map<Layer | JoiningLayer, readonly number[]>();

  of(layer: Layer | JoiningLayer, name: string, specs: readonly ParameterSpec[]): readonly number[] {
    const before = this.#byLayer.get(layer);
    if (before) {
      this.#checkSame(name, before, specs);
      return before;
    }
    const own = specs.map((spec) => this.#place(name, spec));
    this.#byLayer.set(layer, own);
    return own;
  }

  #place(name: string, spec: ParameterSpec): number {
    const size = sizeOf(spec.shape);
    const { shape } = spec;
    this.parameters.push({ name: `${name}.${spec.name}`, layer: name, shape, offset: this.elements, size, spec });
    this.elements += alignElements(size);
    return this.parameters.length - 1;
  }

  #checkSame(name: string, before: readonly number[], specs: readonly ParameterSpec[]): void {
    for (const [place, { shape }] of specs.entries()) {
      const first = this.parameters[before[place] ?? -1];
      if (first && sameShape(first.shape, shape)) continue;
      const expected = first ? formatShape(first.shape) : 'nothing';
      throw new LaminetError(
        'E_SHAPE',
        `layer ${name} is used twice on inputs that differ: its ${specs[place]?.name} is ${expected} for one, ${formatShape(shape)} for another`,
        { layer: name, expected: first?.shape, found: shape },
      );
    }
  }
}

function build({ inputs, nodes, outputs }: Connected): Graph {
  const layers = [...new Set(nodes.map(({ node }) => node.layer))];
  const names = nameAll(inputs, layers);
  const graphInputs = inputs.map(({ shape }, index) => ({ name: names.inputs[index] as string, shape }));
  const layerNames = new Map(layers.map((layer, index) => [layer, names.layers[index] as string]));
  const uses = new Map<string, number>();
  const places = new ParameterPlaces();
  const built: GraphNode[] = [];
  const shapeOf = (source: number): Shape =>
    (source < 0 ? graphInputs[-1 - source]?.shape : built[source]?.built.outputShape) ?? [];
  for (const { node, inputs: sources } of nodes) {
    const layerName = layerNames.get(node.layer) as string;
    const use = (uses.get(layerName) ?? 0) + 1;
    uses.set(layerName, use);
    const name = use === 1 ? layerName : `${layerName}@${use}`;
    const inputShapes = sources.map(shapeOf);
    const layer = buildLayer(node.layer, name, inputShapes);
    checkShape(layer.outputShape, `the output of layer ${name}`);
    const parameters = places.of(node.layer, layerName, layer.parameters);
    built.push({ name, layerName, layer: node.layer, built: layer, inputShapes, inputs: sources, parameters });
  }
  return {
    inputs: graphInputs,
    nodes: built,
    outputs,
    inputShape: togetherShape(graphInputs.map(({ shape }) => shape)),
    outputShape: togetherShape(outputs.map(shapeOf)),
    parameters: places.parameters,
    parameterElements: places.elements,
    parameterCount: places.parameters.reduce((sum, { size, spec }) => sum + (spec.trainable === false ? 0 : size), 0),
  };
}

/**
 * The network between some inputs and some outputs, every shape fixed.
 * Errors: `E_SHAPE` where a layer does not fit its input, `E_OPTION` for names and for nodes that do not belong.
 */
export function connect(inputs: readonly InputNode[], outputs: readonly NetworkNode[]): Graph {
  return build(connectNodes(inputs, outputs));
}

/** Joins layers one after another. Errors: `E_SHAPE` where a layer does not fit its input, `E_OPTION` for names. */
export function chain(inputShape: Shape, layers: readonly Layer[]): Graph {
  checkShape(inputShape, 'the input');
  if (layers.length === 0) throw new LaminetError('E_OPTION', 'a network needs at least one layer, found none');
  const start = new InputNode(inputShape, undefined);
  return connect([start], [start.pipe(...layers)]);
}
