import { mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { fileErrorCode, toFileError } from './file-error';

/** The names in a folder, sorted. Error: `E_FILE`. */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (cause) {
    throw toFileError('list', path, cause);
  }
}

/** Whether a path is a folder, following links. Error: `E_FILE` where nothing is there. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw toFileError('read', path, cause);
  }
}

/** Makes a folder and those above it; one that is there already is fine. Error: `E_FILE`. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw toFileError('make the folder', path, cause);
  }
}

/** Removes a file; one that is gone already is fine. Error: `E_FILE`. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (cause) {
    if (fileErrorCode(cause) !== 'ENOENT') throw toFileError('remove', path, cause);
  }
}
