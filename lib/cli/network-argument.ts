import { existsSync } from 'node:fs';
import { extname, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LaminetError } from '../errors';
import { loadModel } from '../model/load-model';
import { Model } from '../model/model';
import { NETWORKS, networkModel } from '../networks/networks';
import { readRun } from '../run/read-run';

/** What a command's `<network>` may be, for its help. */
export const NETWORK_ARGUMENT =
  'the name of a network, a run folder, a .safetensors file that `save` wrote, or a JavaScript module whose default export is a model';

const MODULES = ['.js', '.cjs', '.mjs', '.ts', '.cts', '.mts'];

/**
 * The model that an argument of the command line means; see {@link NETWORK_ARGUMENT}.
 * Errors: `E_UNKNOWN` for a name of nothing, `E_FILE` and `E_FORMAT` for files, `E_OPTION` for a module that exports
 * something else.
 */
export async function openNetwork(argument: string): Promise<Model> {
  const extension = extname(argument).toLowerCase();
  if (MODULES.includes(extension)) return importModel(argument);
  if (extension === '.safetensors') return loadModel(argument, { compile: false });
  // A path, rather than a word that is close to a name.
  if (!NETWORKS.some(({ name }) => name === argument) && (argument.includes(sep) || existsSync(argument))) {
    const { weightsPath } = await readRun(argument);
    return loadModel(weightsPath, { compile: false });
  }
  return networkModel(argument);
}

/** The model that a module exports by default. Under CommonJS that is `module.exports`, or its property `default`. */
async function importModel(path: string): Promise<Model> {
  let exported: unknown;
  try {
    exported = await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new LaminetError(
      'E_FILE',
      `${path}: the module cannot be loaded: ${messageOf(error)}`,
      { path },
      { cause: error },
    );
  }
  for (let depth = 0; depth < 3; depth++) {
    if (exported instanceof Model) return exported;
    exported = (exported as { readonly default?: unknown } | undefined)?.default;
  }
  throw new LaminetError('E_OPTION', `${path}: expected a module whose default export is a model of this library`, {
    path,
  });
}

function messageOf(error: unknown): string {
  return (error as { readonly message?: string }).message ?? String(error);
}
