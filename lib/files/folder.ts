import { mkdir, readdir, stat } from 'node:fs/promises';
import { toFileError } from './file-error';

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
