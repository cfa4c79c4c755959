import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { toFileError } from './file-error';

/**
 * Writes a file whole or not at all: whoever opens `path`, now or after a crash, finds the old content or the new one.
 *
 * The bytes go to a temporary file in the same folder, are flushed to the disk, and take the place of `path` in one step.
 * On failure the temporary file is removed and what was at `path` stays. Error: `E_FILE`.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  let created = false;
  try {
    // 'wx': never write into a file that somebody else made.
    const file = await open(temporary, 'wx');
    created = true;
    await writeAndSync(file, content);
    await rename(temporary, path);
    created = false;
    await syncFolder(folder);
  } catch (cause) {
    // The first error is the one to report; an unlink that fails too would only hide it.
    if (created) await unlink(temporary).catch(() => undefined);
    throw toFileError('write', path, cause);
  }
}

async function writeAndSync(file: FileHandle, content: Uint8Array | string): Promise<void> {
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename in the folder survive a crash. Windows cannot open folders and needs no such thing. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
