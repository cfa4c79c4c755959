import { createHash } from 'node:crypto';
import type { Model } from '../../lib/model/model';

/** The SHA-256 of all parameters of a model, by their names. */
export function sumOfParameters(model: Model): string {
  const hash = createHash('sha256');
  for (const { name } of model.graph.parameters) {
    const { buffer, byteOffset, byteLength } = model.parameter(name);
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
