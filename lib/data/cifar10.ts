import { listFolder } from '../files/folder';
import { CIFAR_SHAPE, CIFAR10_CLASSES, decodeCifar10, LARGEST_CIFAR_FILE } from '../formats/cifar';
import { mostInflated } from '../formats/gzip';
import { findFile, hasFile, readMaybeGzipped } from './data-file';
import { Dataset } from './dataset';

/** The two parts of CIFAR-10. */
export type Cifar10Split = 'train' | 'test';

/** The options of {@link readCifar10}. */
export interface Cifar10Options {
  /** Zeros around each image. Default: 0. */
  readonly padding?: number;
}

/** The official files of each part, in their order. */
const FILES = {
  train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  test: ['test_batch.bin'],
} as const;

/** Whether a folder's files are those of CIFAR-10: whether the first of either part is there. */
export function looksLikeCifar10(names: readonly string[]): boolean {
  return hasFile(names, [...FILES.train, ...FILES.test]);
}

/**
 * Reads CIFAR-10 (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009) from the files of its binary
 * version: `data_batch_1.bin` to `data_batch_5.bin` to train on, `test_batch.bin` to test with. Each may be gzipped, and end
 * in `.gz`. Samples are [3, 32, 32], red, green and blue, pixels / 255, in the official order; ten classes with names.
 * Errors: `E_FILE` for a folder or file that is not there, `E_FORMAT` for a file that is malformed or has a label above 9.
 */
export async function readCifar10(folder: string, split: Cifar10Split, options: Cifar10Options = {}): Promise<Dataset> {
  const names = await listFolder(folder);
  const paths = FILES[split].map((file) => findFile(folder, names, [file]));
  const batches = [];
  for (const path of paths) {
    const bytes = await readMaybeGzipped(path, (compressed) => ({
      headerLength: 0,
      fileLength: () => Math.min(LARGEST_CIFAR_FILE, mostInflated(compressed)),
    }));
    batches.push(decodeCifar10(bytes, path));
  }
  return Dataset.from({
    name: `${folder}, CIFAR-10 ${split}`,
    samples: Buffer.concat(batches.map(({ images }) => images)),
    shape: CIFAR_SHAPE,
    labels: Buffer.concat(batches.map(({ labels }) => labels)),
    classNames: CIFAR10_CLASSES,
    padding: options.padding ?? 0,
  });
}
