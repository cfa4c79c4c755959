import { LaminetError } from '../errors';
import type { BuiltLayer, Layer, ParameterSpec } from '../layers/layer';
import type { ParameterSlot } from '../ops/program';
import { checkShape, formatShape, type Shape, sizeOf } from '../tensor/shape';
import { alignElements } from '../tensor/storage';

/** One layer in its place: named, fitted to its input, its parameters placed in the flat buffer. */
export interface GraphNode {
  readonly name: string;
  readonly layer: Layer;
  readonly built: BuiltLayer;
  readonly inputShape: Shape;
  /** The node that feeds this one; -1 is the network's input. */
  readonly input: number;
  /** Indices into {@link Graph.parameters}. */
  readonly parameters: readonly number[];
}

/** A parameter of a network: where it lies and how it starts. */
export interface GraphParameter extends ParameterSlot {
  readonly spec: ParameterSpec;
}

/** Layers joined, every shape fixed. */
export interface Graph {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly nodes: readonly GraphNode[];
  readonly parameters: readonly GraphParameter[];
  /** Elements of the flat parameter buffer, alignment included. */
  readonly parameterElements: number;
  /** Trainable numbers, alignment left out. */
  readonly parameterCount: number;
}

/** Names safe in listings, weight files and paths. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

function nameLayers(layers: readonly Layer[]): string[] {
  const counts = new Map<string, number>();
  const taken = new Set<string>();
  return layers.map((layer) => {
    const count = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, count);
    const name = layer.name ?? `${layer.kind}_${count}`;
    if (!NAME.test(name)) {
      throw new LaminetError('E_OPTION', `a layer's name must match ${NAME.source}, found ${JSON.stringify(name)}`, {
        name,
      });
    }
    if (taken.has(name)) throw new LaminetError('E_OPTION', `two layers are called ${JSON.stringify(name)}`, { name });
    taken.add(name);
    return name;
  });
}

/** Runs `build`, adding to an error which layer it came from and what came in. */
function buildLayer(layer: Layer, name: string, inputShape: Shape): BuiltLayer {
  try {
    return layer.build(inputShape);
  } catch (error) {
    if (!(error instanceof LaminetError)) throw error;
    throw new LaminetError(
      error.code,
      `layer ${name} (${layer.kind}), fed ${formatShape(inputShape)}: ${error.message}`,
      { ...error.details, layer: name, inputShape },
      { cause: error },
    );
  }
}

/** Joins layers one after another. Errors: `E_SHAPE` where a layer does not fit its input, `E_OPTION` for names. */
export function chain(inputShape: Shape, layers: readonly Layer[]): Graph {
  checkShape(inputShape, 'the input');
  if (layers.length === 0) throw new LaminetError('E_OPTION', 'a network needs at least one layer, found none');
  const names = nameLayers(layers);
  const nodes: GraphNode[] = [];
  const parameters: GraphParameter[] = [];
  let shape = inputShape;
  let offset = 0;
  for (const [index, layer] of layers.entries()) {
    const name = names[index] as string;
    const built = buildLayer(layer, name, shape);
    checkShape(built.outputShape, `the output of layer ${name}`);
    const own: number[] = [];
    for (const spec of built.parameters) {
      const size = sizeOf(spec.shape);
      own.push(parameters.length);
      parameters.push({ name: `${name}.${spec.name}`, shape: spec.shape, offset, size, spec });
      offset += alignElements(size);
    }
    nodes.push({ name, layer, built, inputShape: shape, input: index - 1, parameters: own });
    shape = built.outputShape;
  }
  return {
    inputShape,
    outputShape: shape,
    nodes,
    parameters,
    parameterElements: offset,
    parameterCount: parameters.reduce((sum, { size }) => sum + size, 0),
  };
}
