import { LaminetError } from '../errors';
import type { DefinedLayer } from '../layers/define-layer';
import type { JoiningLayer, Layer } from '../layers/layer';
import { InputNode, LayerNode, type NetworkNode } from '../layers/node';
import { checkShape, type Shape } from '../tensor/shape';
import { chain, connect, type Graph, isChain } from './graph';
import { rebuildLayer } from './layer-registry';

/** A layer with the options that make it again. */
interface LayerDescription {
  readonly kind: string;
  readonly name: string;
  readonly config: Record<string, unknown>;
}

/** What every description has. */
interface NetworkDescription {
  readonly name: string;
  /** The names of layers that are frozen; missing where none is. */
  readonly frozen?: readonly string[];
}

/** Layers one after another, as a weight file has them. */
interface ChainDescription extends NetworkDescription {
  readonly inputShape: Shape;
  readonly layers: readonly LayerDescription[];
}

/** A network of any form, as a weight file has it. */
interface GraphDescription extends NetworkDescription {
  readonly inputs: readonly { readonly name: string; readonly shape: Shape }[];
  readonly layers: readonly LayerDescription[];
  /** Each use of a layer, in order: by names, what it is called, whose layer it is and what feeds it. */
  readonly nodes: readonly { readonly name: string; readonly layer: string; readonly inputs: readonly string[] }[];
  readonly outputs: readonly string[];
}

/** The name of what stands at a place of a graph: a node, or (-1, -2 ...) an input. */
export function nameAt({ inputs, nodes }: Graph, place: number): string {
  return (place < 0 ? inputs[-1 - place]?.name : nodes[place]?.name) ?? '';
}

/** A network as the JSON of a weight file's metadata. */
export function describeGraph(name: string, graph: Graph, frozen: ReadonlySet<string>): string {
  const { inputs, nodes, outputs, inputShape } = graph;
  const layers = nodes
    .filter((node) => node.name === node.layerName)
    .map(({ layer, layerName }) => ({ kind: layer.kind, name: layerName, config: { ...layer.config } }));
  const network: NetworkDescription = { name, ...(frozen.size > 0 && { frozen: [...frozen] }) };
  const description: ChainDescription | GraphDescription = isChain(graph)
    ? { ...network, inputShape, layers }
    : {
        ...network,
        inputs,
        layers,
        nodes: nodes.map((node) => ({
          name: node.name,
          layer: node.layerName,
          inputs: node.inputs.map((place) => nameAt(graph, place)),
        })),
        outputs: outputs.map((place) => nameAt(graph, place)),
      };
  return JSON.stringify(description);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isString = (value: unknown): value is string => typeof value === 'string';

const isListOf = (value: unknown, test: (entry: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(test);

const isLayer = (value: unknown): boolean =>
  isRecord(value) && isString(value.kind) && isString(value.name) && isRecord(value.config);

function isChainDescription(value: Record<string, unknown>): boolean {
  return Array.isArray(value.inputShape) && isListOf(value.layers, isLayer);
}

function isGraphDescription(value: Record<string, unknown>): boolean {
  return (
    isListOf(value.inputs, (entry) => isRecord(entry) && isString(entry.name) && Array.isArray(entry.shape)) &&
    isListOf(value.layers, isLayer) &&
    isListOf(
      value.nodes,
      (entry) => isRecord(entry) && isString(entry.name) && isString(entry.layer) && isListOf(entry.inputs, isString),
    ) &&
    isListOf(value.outputs, isString)
  );
}

function refuse(path: string, sentence: string): never {
  throw new LaminetError('E_FORMAT', `${path}: ${sentence}`, { path });
}

function rebuildChain(
  path: string,
  { inputShape, layers }: ChainDescription,
  own: readonly DefinedLayer<never>[],
): Graph {
  const rebuilt = layers.map(({ kind, name, config }) => {
    const layer = rebuildLayer(kind, name, config, own);
    if ('build' in layer) return layer;
    return refuse(path, `the layer ${JSON.stringify(name)} joins several inputs and cannot stand in a row of layers`);
  });
  return chain(inputShape, rebuilt);
}

function rebuildGraph(path: string, description: GraphDescription, own: readonly DefinedLayer<never>[]): Graph {
  const nodes = new Map<string, NetworkNode>();
  const find = (name: string): NetworkNode =>
    nodes.get(name) ?? refuse(path, `the network names a node ${JSON.stringify(name)} that is not there before it`);
  const addNode = (name: string, node: NetworkNode): void => {
    if (nodes.has(name)) refuse(path, `the network has two nodes ${JSON.stringify(name)}`);
    nodes.set(name, node);
  };
  const layers = new Map<string, Layer | JoiningLayer>();
  for (const { kind, name, config } of description.layers) {
    if (layers.has(name)) refuse(path, `the network has two layers ${JSON.stringify(name)}`);
    layers.set(name, rebuildLayer(kind, name, config, own));
  }
  const inputs = description.inputs.map(({ name, shape }) => {
    checkShape(shape, `the input ${name}`);
    // The only input is called so unless it was given another name.
    const node = new InputNode(shape, description.inputs.length === 1 && name === 'input' ? undefined : name);
    addNode(name, node);
    return node;
  });
  for (const { name, layer: layerName, inputs: sources } of description.nodes) {
    const layer = layers.get(layerName) ?? refuse(path, `the network has no layer ${JSON.stringify(layerName)}`);
    const least = 'join' in layer ? 2 : 1;
    if (sources.length < least || ('build' in layer && sources.length > 1)) {
      refuse(path, `the node ${JSON.stringify(name)} has ${sources.length} inputs`);
    }
    addNode(name, new LayerNode(layer, sources.map(find)));
  }
  return connect(inputs, description.outputs.map(find));
}

/** The frozen layers of a description, each of which the graph must have. */
function readFrozen(path: string, names: unknown, { nodes }: Graph): ReadonlySet<string> {
  const isName = (name: unknown): boolean => nodes.some(({ layerName }) => layerName === name);
  if (names === undefined) return new Set();
  if (isListOf(names, isName)) return new Set(names as readonly string[]);
  return refuse(path, `the network's frozen layers must be names of its layers, found ${JSON.stringify(names)}`);
}

/** A network that a file describes. */
export interface RebuiltNetwork {
  readonly name: string;
  readonly graph: Graph;
  /** The names of the layers that are frozen. */
  readonly frozen: ReadonlySet<string>;
}

/**
 * The network that a weight file's metadata describe. `own` are layers of the user's own that it may have.
 * Errors: `E_FORMAT` where they describe none or one that contradicts itself, `E_UNKNOWN` for an unknown layer, `E_SHAPE`
 * and `E_OPTION` where layers do not fit.
 */
export function rebuildNetwork(
  path: string,
  text: string | undefined,
  own: readonly DefinedLayer<never>[] = [],
): RebuiltNetwork {
  let description: unknown;
  try {
    description = JSON.parse(text ?? '');
  } catch {
    description = undefined;
  }
  if (isRecord(description) && isString(description.name)) {
    const { name } = description;
    const graph = isGraphDescription(description)
      ? rebuildGraph(path, description as unknown as GraphDescription, own)
      : isChainDescription(description) && rebuildChain(path, description as unknown as ChainDescription, own);
    if (graph) return { name, graph, frozen: readFrozen(path, description.frozen, graph) };
  }
  return refuse(path, 'the metadata describe no network; build it in code and use model.load');
}
