import { open } from 'node:fs/promises';
import { LaminetError } from '../errors';
import { toFileError } from './file-error';

/**
 * All bytes of a file.
 * @param limit the most bytes that the file may have; checked before anything is allocated
 * Error: `E_FILE` where it cannot be read, is no regular file, or is larger.
 */
export async function readFileWhole(path: string, limit: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const stats = await file.stat();
      // A pipe or a device has no size to check, and may never end.
      if (!stats.isFile()) {
        const found = stats.isDirectory() ? 'a folder' : 'a device, pipe or socket';
        throw new LaminetError('E_FILE', `cannot read ${path}: it is ${found}, expected a file`, { path, found });
      }
      if (stats.size > limit) {
        throw new LaminetError('E_FILE', `cannot read ${path}: it has ${stats.size} bytes, expected at most ${limit}`, {
          path,
          found: stats.size,
          limit,
        });
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw toFileError('read', path, cause);
  }
}
