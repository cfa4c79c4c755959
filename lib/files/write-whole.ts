import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { toFileError } from './file-error';

const TEMPORARY = /^[.](.+)[.]\d+-[0-9a-f]{12}[.]tmp$/;

/** Where the bytes for a path are gathered. */
function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}

/** The name of the file that a name in a folder was to become, where a write that never ended has left it; else undefined. */
export function leftoverOf(name: string): string | undefined {
  return TEMPORARY.exec(name)?.[1];
}

/**
 * Writes a file whole or not at all: whoever opens `path`, now or after a crash, finds the old content or the new one.
 *
 * The bytes go to a temporary file in the same folder, are flushed to the disk, and take the place of `path` in one step.
 * On failure the temporary file is removed and what was at `path` stays. Error: `E_FILE`.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = temporaryOf(path);
  let created = false;
  try {
    // 'wx': never write into a file that somebody else made.
    const file = await open(temporary, 'wx');
    created = true;
    await writeAndSync(file, content);
    await rename(temporary, path);
    created = false;
    await syncFolder(dirname(path));
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
