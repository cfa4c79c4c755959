import { refuseFormat } from './format-error';
import { decodeNpy, type NpyArray } from './npy';
import { readZip, unzip, type ZipEntry } from './zip';

const SUFFIX = '.npy';

/**
 * The arrays of an NPZ file, by name: a zip archive, stored or deflated, of NPY files, as `numpy.savez` and
 * `numpy.savez_compressed` write it.
 * @param name the file, for error messages
 * @param wanted the arrays to read; the others stay packed. Default: all
 * Error: `E_FORMAT` for a malformed archive or array, or one that is wanted and not there.
 */
export async function decodeNpz(
  bytes: Uint8Array,
  name: string,
  wanted?: readonly string[],
): Promise<Map<string, NpyArray>> {
  const entries = new Map<string, ZipEntry>();
  for (const entry of readZip(bytes, name)) {
    const where = JSON.stringify(entry.path);
    if (!entry.path.endsWith(SUFFIX)) {
      refuseFormat({ name, where, found: 'a file of another kind', expected: 'names that end in .npy' });
    }
    entries.set(entry.path.slice(0, -SUFFIX.length), entry);
  }
  const arrays = new Map<string, NpyArray>();
  for (const array of wanted ?? entries.keys()) {
    const entry = entries.get(array);
    if (!entry) {
      const expected = `one of ${[...entries.keys()].map((key) => JSON.stringify(key)).join(', ') || 'none'}`;
      refuseFormat({ name, where: 'the arrays', found: `no ${JSON.stringify(array)}`, expected });
    }
    arrays.set(array, decodeNpy(await unzip(entry, name), `${name}, ${array}`));
  }
  return arrays;
}
