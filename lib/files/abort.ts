import { LaminetError } from '../errors';

/** Throws `E_ABORTED` once a signal is aborted. */
export function checkNotAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new LaminetError('E_ABORTED', `${what} was stopped`, {}, { cause: signal.reason });
}
