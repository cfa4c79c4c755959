import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The bytes of a CIFAR-10 batch file: of each record the label, then pixels that differ from record to record. */
export function cifarBytes(labels: readonly number[], first = 0): Uint8Array {
  const bytes = new Uint8Array(labels.length * 3073);
  for (const [record, label] of labels.entries()) {
    const offset = record * 3073;
    bytes[offset] = label;
    for (let pixel = 0; pixel < 3072; pixel++) bytes[offset + 1 + pixel] = (first + record + pixel * 7) % 256;
  }
  return bytes;
}

/** Writes a small data set with CIFAR-10's file names: `perBatch` images in each of the six files. */
export async function writeCifarFolder(folder: string, perBatch = 2): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = [...[1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`), 'test_batch.bin'];
  for (const [index, name] of names.entries()) {
    const labels = Array.from({ length: perBatch }, (_, record) => (index * perBatch + record) % 10);
    await writeFile(join(folder, name), cifarBytes(labels, index * perBatch));
  }
}
