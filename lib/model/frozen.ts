import { LaminetError } from '../errors';
import { fitsPattern } from '../layers/name-pattern';
import type { Graph } from './graph';

/** The names of the layers that have something to train, in the graph's order. */
function trainedLayers({ parameters }: Graph): string[] {
  return [...new Set(parameters.filter(({ spec }) => spec.trainable !== false).map(({ layer }) => layer))];
}

/** The layers that were made with `trainable: false`. */
export function frozenAtFirst({ nodes }: Graph): ReadonlySet<string> {
  return new Set(nodes.filter(({ layer }) => layer.trainable === false).map(({ layerName }) => layerName));
}

/**
 * The layers with trained parameters whose names fit one of some patterns.
 * Errors: `E_OPTION` for no patterns, `E_UNKNOWN` for one that no such layer's name fits.
 */
export function layersFitting(graph: Graph, patterns: readonly string[]): string[] {
  if (patterns.length === 0)
    throw new LaminetError('E_OPTION', "name the layers, or all of them by '*', found nothing");
  const names = trainedLayers(graph);
  const fitting = patterns.map((pattern) => {
    const found = names.filter((name) => fitsPattern(name, String(pattern)));
    if (found.length > 0) return found;
    throw new LaminetError(
      'E_UNKNOWN',
      `no layer with trained parameters is called ${JSON.stringify(pattern)}; there are ${names.join(', ')}`,
      { pattern, layers: names },
    );
  });
  return fitting.flat();
}

/** How many numbers of a network are trained where some layers are frozen. */
export function trainedCount({ parameters }: Graph, frozen: ReadonlySet<string>): number {
  const trained = parameters.filter(({ spec, layer }) => spec.trainable !== false && !frozen.has(layer));
  return trained.reduce((sum, { size }) => sum + size, 0);
}
