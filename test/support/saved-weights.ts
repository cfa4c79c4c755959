import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors } from '../../lib/formats/safetensors';

/** The SHA-256 of all tensors of a run's weights, by their names. */
export async function sumOfWeights(run: string): Promise<string> {
  const path = join(run, 'model.safetensors');
  const { tensors } = decodeSafetensors(await readFile(path), path);
  const hash = createHash('sha256');
  for (const [name, { data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
