import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { idxBytes } from './idx-bytes';

/** How many images of which size. */
export interface MnistFolderOptions {
  readonly train?: number;
  readonly test?: number;
  readonly side?: number;
}

/** Writes a small data set with MNIST's file names: the class of an image is the row in which it is white. */
export async function writeMnistFolder(folder: string, options: MnistFolderOptions = {}): Promise<void> {
  const { train = 40, test = 10, side = 28 } = options;
  await mkdir(folder, { recursive: true });
  for (const [prefix, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const labels = Array.from({ length: count }, (_, index) => index % 10);
    const pixels = new Uint8Array(count * side * side);
    for (const [index, label] of labels.entries()) {
      const start = (index * side + 2 * label) * side;
      pixels.fill(255, start, start + side);
    }
    await writeFile(join(folder, `${prefix}-images-idx3-ubyte`), idxBytes(2051, [count, side, side], pixels));
    await writeFile(join(folder, `${prefix}-labels-idx1-ubyte`), idxBytes(2049, [count], labels));
  }
}
