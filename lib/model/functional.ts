import type { InputNode, NetworkNode } from '../layers/node';
import { connect } from './graph';
import { Model } from './model';

/** The options of {@link model}. */
export interface ModelNodes {
  /** What `input` returned: one, or several in the order in which their samples are given. */
  readonly inputs: InputNode | readonly InputNode[];
  /** The nodes whose values the network puts out: one, or several. */
  readonly outputs: NetworkNode | readonly NetworkNode[];
  /** Of the first weights, and of the order of samples in `fit`. Default: 0. */
  readonly seed?: number;
  /** Default: `network`. */
  readonly name?: string;
}

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/**
 * A network of any form without cycles: the layers that lie between its inputs and its outputs.
 *
 *     const x = input([3, 32, 32]);
 *     const h = x.pipe(conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' }));
 *     const y = add([h, h.pipe(conv2d({ filters: 16, kernelSize: 3, padding: 'same' }))]);
 *     const net = model({ inputs: x, outputs: y.pipe(relu(), flatten(), dense({ units: 10, activation: 'softmax' })) });
 *
 * Nodes can stand in several networks; each has parameters of its own. Layers that no output depends on are left out.
 * Errors: `E_SHAPE` where a layer does not fit what it is fed (the sentence names the layer and all shapes), `E_OPTION` for
 * names that clash, an input that the outputs depend on and that is not listed, and one that no output depends on.
 */
export function model(options: ModelNodes): Model {
  const { seed = 0, name = 'network' } = options;
  return new Model(name, connect(listOf(options.inputs), listOf(options.outputs)), seed);
}
