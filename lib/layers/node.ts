import { LaminetError } from '../errors';
import type { Shape } from '../tensor/shape';
import type { JoiningLayer, Layer } from './layer';

/**
 * A value in a network that is being put together: an input, or what a layer makes of other nodes. A node knows where it
 * comes from and is never changed, so it can stand in several networks, and no cycle can be built.
 */
export abstract class NetworkNode {
  /**
   * The node behind some layers, each fed by the one before.
   *
   *     const y = x.pipe(conv2d({ filters: 16, kernelSize: 3 }), relu());
   *
   * A layer that is used more than once in a network, as the same object, is one layer with one set of parameters. Shapes
   * are checked by `model`. Error: `E_OPTION` for what is no layer.
   */
  pipe(...layers: readonly Layer[]): NetworkNode {
    return layers.reduce<NetworkNode>((node, layer, index) => {
      if (typeof layer?.build === 'function') return new LayerNode(layer, [node]);
      throw new LaminetError(
        'E_OPTION',
        `pipe: argument ${index + 1} is no layer; nodes are joined by add and its like`,
        {
          index,
        },
      );
    }, this);
  }
}

/** Where samples enter a network: what `input` returns. */
export class InputNode extends NetworkNode {
  readonly kind = 'input';
  readonly shape: Shape;
  readonly name: string | undefined;

  /** @internal Use `input`. */
  constructor(shape: Shape, name: string | undefined) {
    super();
    this.shape = shape;
    this.name = name;
  }
}

/** What a layer makes of one node or, where it joins, of several. */
export class LayerNode extends NetworkNode {
  readonly layer: Layer | JoiningLayer;
  readonly inputs: readonly NetworkNode[];

  /** @internal Use `pipe`, `add` and its like. */
  constructor(layer: Layer | JoiningLayer, inputs: readonly NetworkNode[]) {
    super();
    this.layer = layer;
    this.inputs = inputs;
  }
}

/** Applies a layer to several nodes. Error: `E_OPTION` for fewer than two, or for what is no node. */
export function joinNodes(layer: JoiningLayer, nodes: readonly NetworkNode[]): NetworkNode {
  const wrong = Array.isArray(nodes) ? nodes.findIndex((node) => !(node instanceof NetworkNode)) : 0;
  if (wrong >= 0) {
    throw new LaminetError('E_OPTION', `${layer.kind}: expected a list of nodes, found something else at ${wrong}`, {
      layer: layer.kind,
      index: wrong,
    });
  }
  if (nodes.length < 2) {
    throw new LaminetError('E_OPTION', `${layer.kind} joins at least two nodes, found ${nodes.length}`, {
      layer: layer.kind,
      nodes: nodes.length,
    });
  }
  return new LayerNode(layer, [...nodes]);
}
