import { LaminetError } from '../errors';
import type { Precision } from '../tensor/storage';
import { availableProcessors } from './available-processors';
import type { Backend, BackendName } from './backend';
import { nativeBackend } from './native';
import { referenceBackend } from './reference';

export { firstNonFinite } from './reference';

/** The names of the backends, for help and errors. */
export const BACKEND_NAMES: readonly BackendName[] = ['native', 'reference'];

let toldOfFallback = false;

/** The backend's name from the environment, if one is asked for there. */
function fromEnvironment(): BackendName | undefined {
  const name = process.env.LAMINET_BACKEND;
  return name === undefined || name === '' ? undefined : checkBackendName(name);
}

/** Throws unless a backend has that name. */
export function checkBackendName(name: string): BackendName {
  const found = BACKEND_NAMES.find((candidate) => candidate === name);
  if (!found) {
    throw new LaminetError(
      'E_UNKNOWN',
      `there is no backend ${JSON.stringify(name)}; there are ${BACKEND_NAMES.join(', ')}`,
      {
        backend: name,
      },
    );
  }
  return found;
}

/**
 * The backend to run on: the one that is asked for, else `LAMINET_BACKEND`, else native. Where the addon cannot be loaded
 * and nobody asked for it by name, a process warning says once why, and the reference goes on in its place.
 *
 * Errors: `E_BACKEND` where `native` is asked for and cannot be loaded, or cannot compute in float64.
 */
export function selectBackend(asked: BackendName | undefined, precision: Precision): Backend {
  const name = asked === undefined ? fromEnvironment() : checkBackendName(asked);
  if (name === 'reference') return referenceBackend;
  if (precision === 'float64') {
    if (name === undefined) return referenceBackend;
    throw new LaminetError('E_BACKEND', 'the native backend computes in float32; float64 needs backend: reference');
  }
  try {
    return nativeBackend();
  } catch (error) {
    if (name === 'native' || !(error instanceof LaminetError)) throw error;
    if (!toldOfFallback) {
      toldOfFallback = true;
      process.emitWarning(`${error.message}; going on with the much slower reference backend`, {
        code: 'LAMINET_FALLBACK',
      });
    }
    return referenceBackend;
  }
}

/**
 * The number of threads to use: what is asked for, else `LAMINET_THREADS`, else one a processor that this process can keep
 * busy. Error: `E_OPTION` unless it is a whole number from 1 to 64.
 */
export function selectThreads(asked: number | undefined, available: () => number = availableProcessors): number {
  const environment = process.env.LAMINET_THREADS;
  const fromEnvironment = environment === undefined || environment === '' ? undefined : Number(environment);
  const threads = asked ?? fromEnvironment ?? Math.min(available(), MAXIMUM_THREADS);
  if (!Number.isInteger(threads) || threads < 1 || threads > MAXIMUM_THREADS) {
    const where = asked === undefined ? 'LAMINET_THREADS' : 'threads';
    throw new LaminetError(
      'E_OPTION',
      `${where} must be a whole number from 1 to ${MAXIMUM_THREADS}, found ${asked ?? environment}`,
      {
        option: where,
        found: asked ?? environment,
      },
    );
  }
  return threads;
}

const MAXIMUM_THREADS = 64;
