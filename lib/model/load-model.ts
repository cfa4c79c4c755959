import type { BackendName } from '../backends/backend';
import { LaminetError } from '../errors';
import type { DefinedLayer } from '../layers/define-layer';
import { formatShape, sameShape } from '../tensor/shape';
import { rebuildCompile } from './compile-settings';
import { rebuildNetwork } from './description';
import { Model } from './model';
import { readWeights } from './store';

/** How to read a model. */
export interface LoadOptions {
  /** Layers of your own that the file may have, as `defineLayer` returned them. Default: none. */
  readonly layers?: readonly DefinedLayer<never>[];
  /** Whether the model is compiled as it was when it was saved, where the file says how. Default: true. */
  readonly compile?: boolean;
  /** What it is compiled for: see `compile`. */
  readonly backend?: BackendName;
  readonly threads?: number;
}

/**
 * Rebuilds a model from the file that `model.save` wrote, or from a checkpoint, compiled as it was then. One that was not
 * compiled, or by options that a file cannot keep, must be compiled before use. What an optimizer keeps begins anew.
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
  const model = new Model(name, graph, 0, { initialize: false, frozen });
  const { compile = true, backend, threads } = options;
  if (compile && file.metadata.compile !== undefined) {
    const target = { ...(backend && { backend }), ...(threads !== undefined && { threads }) };
    model.compile({ ...rebuildCompile(path, file.metadata.compile), ...target });
  }
  return model.load(path);
}
