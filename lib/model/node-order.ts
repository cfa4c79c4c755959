import { LaminetError } from '../errors';
import { InputNode, LayerNode, type NetworkNode } from '../layers/node';

/** One use of a layer, and the places of the nodes that feed it; -1 is the first input, -2 the second ... */
interface PlacedNode {
  readonly node: LayerNode;
  readonly inputs: readonly number[];
}

/** The nodes between some inputs and some outputs, each behind those that feed it. */
export interface Connected {
  readonly inputs: readonly InputNode[];
  readonly nodes: readonly PlacedNode[];
  /** The places of the outputs. */
  readonly outputs: readonly number[];
}

function refuse(sentence: string, details: Record<string, unknown> = {}): never {
  throw new LaminetError('E_OPTION', sentence, details);
}

/** What a node is, in words. */
function describe(node: NetworkNode): string {
  if (node instanceof InputNode) return `input${node.name ? ` ${node.name}` : ''} of ${node.shape.join('x')}`;
  const { kind, name } = (node as LayerNode).layer;
  return name ? `layer ${name} (${kind})` : `a layer ${kind}`;
}

function checkInputs(inputs: readonly InputNode[]): void {
  if (inputs.length === 0) refuse('a network needs at least one input, found none');
  for (const [index, node] of inputs.entries()) {
    if (!(node instanceof InputNode)) refuse(`inputs: number ${index + 1} was not made by input(shape)`, { index });
    if (inputs.indexOf(node) < index) refuse(`inputs: number ${index + 1} is listed twice`, { index });
  }
}

function checkOutputs(outputs: readonly NetworkNode[]): void {
  if (outputs.length === 0) refuse('a network needs at least one output, found none');
  for (const [index, node] of outputs.entries()) {
    if (node instanceof InputNode) refuse(`outputs: number ${index + 1} is an input; put a layer behind it`, { index });
    if (!(node instanceof LayerNode)) {
      refuse(`outputs: number ${index + 1} is no node; nodes are made by input, pipe, add and its like`, { index });
    }
    if (outputs.indexOf(node) < index) refuse(`outputs: number ${index + 1} is listed twice`, { index });
  }
}

/**
 * The nodes that some outputs depend on, in the order in which a walk from the outputs first leaves them, each node's inputs
 * from first to last: a function of the network alone.
 *
 * Errors: `E_OPTION` for no inputs or outputs, for what is no node, for an input that is missing from the list, and for one
 * that no output depends on.
 */
export function connectNodes(inputs: readonly InputNode[], outputs: readonly NetworkNode[]): Connected {
  checkInputs(inputs);
  checkOutputs(outputs);
  const places = new Map<NetworkNode, number>(inputs.map((node, index) => [node, -1 - index]));
  const reached = new Set<NetworkNode>();
  const nodes: PlacedNode[] = [];
  // A stack of its own: a network may be deeper than calls can be.
  const open: NetworkNode[] = [...outputs].reverse();
  while (open.length > 0) {
    const node = open.at(-1) as NetworkNode;
    reached.add(node);
    if (places.has(node)) {
      open.pop();
      continue;
    }
    if (!(node instanceof LayerNode)) {
      refuse(`the outputs depend on an ${describe(node)}, which is not among the network's inputs`);
    }
    const missing = node.inputs.filter((source) => !places.has(source));
    if (missing.length > 0) {
      open.push(...missing.reverse());
      continue;
    }
    for (const source of node.inputs) reached.add(source);
    places.set(node, nodes.length);
    nodes.push({ node, inputs: node.inputs.map((source) => places.get(source) as number) });
    open.pop();
  }
  for (const [index, node] of inputs.entries()) {
    if (!reached.has(node)) refuse(`no output depends on input ${index + 1}, ${describe(node)}`, { index });
  }
  return { inputs, nodes, outputs: outputs.map((node) => places.get(node) as number) };
}
