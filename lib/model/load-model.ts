import { LaminetError } from '../errors';
import type { DefinedLayer } from '../layers/define-layer';
import { formatShape, sameShape } from '../tensor/shape';
import { rebuildNetwork } from './description';
import { Model } from './model';
import { readWeights } from './store';

/** How to read a model. */
export interface LoadOptions {
  /** Layers of your own that the file may have, as `defineLayer` returned them. Default: none. */
  readonly layers?: readonly DefinedLayer<never>[];
}

/**
 * Rebuilds a model from the file that `model.save` wrote. Compile it before use.
 * Errors: `E_FILE`, `E_FORMAT` for a malformed file or one without a network in it, `E_UNKNOWN` for an unknown layer,
 * `E_SHAPE` where tensors and layers do not fit.
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<Model> {
  const file = await readWeights(path);
  const { name, graph, frozen } = rebuildNetwork(path, file.metadata.network, options.layers);
  for (const { name: key, shape } of graph.parameters) {
    const tensor = file.tensors.get(key);
    if (tensor && sameShape(tensor.shape, shape) && (tensor.dtype === 'F32' || tensor.dtype === 'F64')) continue;
    throw new LaminetError(
      'E_SHAPE',
      `${path}: the tensor ${JSON.stringify(key)} is missing or does not have the shape ${formatShape(shape)}`,
      { path, tensor: key },
    );
  }
  return new Model(name, graph, 0, { initialize: false, frozen }).load(path);
}
