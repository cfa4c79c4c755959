import { randomBytes } from 'node:crypto';
import { open, rename, stat, unlink, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkNotAborted } from './abort';
import { fileErrorCode, toFileError } from './file-error';

const POLL_MS = 100;
/** How often a holder shows that it lives. */
const SIGN_MS = 2_000;
/** A lock without a sign for so long is of a process that died. */
const STALE_MS = 15_000;

/**
 * Does something while no other process does it under the same lock, which is a file; waits for it as long as its holder lives.
 *
 * Where a holder is so busy that it gives no sign for 15 seconds, two may be at work; what they do must then still be right.
 * Errors: `E_FILE`; `E_ABORTED` while waiting.
 */
export async function withLock<T>(path: string, signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
  while (!(await tryToLock(path))) {
    checkNotAborted(signal, `waiting for ${path}`);
    await removeStale(path);
    await sleep(POLL_MS);
  }
  const signs = setInterval(() => {
    const now = new Date();
    // A lock that has been taken away cannot be touched; the task goes on.
    utimes(path, now, now).catch(() => undefined);
  }, SIGN_MS);
  signs.unref();
  try {
    return await task();
  } finally {
    clearInterval(signs);
    await unlink(path).catch(() => undefined);
  }
}

async function tryToLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.close();
    return true;
  } catch (cause) {
    if (fileErrorCode(cause) === 'EEXIST') return false;
    throw toFileError('lock', path, cause);
  }
}

async function removeStale(path: string): Promise<void> {
  try {
    if (Date.now() - (await stat(path)).mtimeMs < STALE_MS) return;
    // Renamed first: of several that find it stale, one gets it.
    const taken = `${path}.${randomBytes(6).toString('hex')}`;
    await rename(path, taken);
    await unlink(taken);
  } catch (cause) {
    // Its holder, or another that waits, was faster.
    if (fileErrorCode(cause) !== 'ENOENT') throw toFileError('unlock', path, cause);
  }
}
