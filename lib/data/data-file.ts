import { join } from 'node:path';
import { LaminetError } from '../errors';
import { readFileWhole } from '../files/read-whole';
import { type GunzipBound, gunzip, isGzip } from '../formats/gzip';

const LARGEST_FILE = 2 ** 31 - 1;

/** The names that a file may have: each of those given, also with `.gz`. */
const withGzipped = (names: readonly string[]): string[] => names.flatMap((name) => [name, `${name}.gz`]);

/** Whether one of the files of a folder has one of these names, with or without `.gz`. */
export function hasFile(present: readonly string[], names: readonly string[]): boolean {
  return withGzipped(names).some((name) => present.includes(name));
}

/**
 * The path of a file that may have several names, each with or without `.gz`.
 * @param present the names of all files in the folder
 * Error: `E_FILE`, which names the first.
 */
export function findFile(folder: string, present: readonly string[], names: readonly string[]): string {
  const candidates = withGzipped(names);
  const found = candidates.find((name) => present.includes(name));
  if (found === undefined) {
    throw new LaminetError('E_FILE', `${folder}: there is no file ${candidates[0]}, with or without .gz`, {
      folder,
      expected: candidates,
    });
  }
  return join(folder, found);
}

/**
 * The bytes of a file, inflated where it is compressed, which its first bytes tell, or a name that ends in `.gz`.
 * @param boundFor the limit of what a compressed file of so many bytes may inflate to
 * Errors: `E_FILE`, and `E_FORMAT` of the compression.
 */
export async function readMaybeGzipped(
  path: string,
  boundFor: (compressedLength: number) => GunzipBound,
): Promise<Uint8Array> {
  const bytes = await readFileWhole(path, LARGEST_FILE);
  return path.endsWith('.gz') || isGzip(bytes) ? gunzip(bytes, boundFor(bytes.length), path) : bytes;
}
