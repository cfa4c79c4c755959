import { type Cifar10Options, readCifar10 } from './cifar10';
import type { Dataset } from './dataset';
import { type DownloadOptions, installArchive, installFiles } from './install';
import { type MnistOptions, readMnist } from './mnist';
import { CIFAR10, MNIST } from './published';

/** A set to train on and one to test with. */
export interface TrainAndTest {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Where a data set comes from: a folder, or, without one, the cache, into which it is downloaded once. */
export interface LoadDataOptions extends DownloadOptions {
  /** Has the files; nothing is downloaded then. */
  readonly folder?: string;
}

/**
 * MNIST, both parts. Without a folder it is downloaded once (11.6 MB) and kept in the cache folder.
 *
 *     const { train, test } = await loadMnist();
 *     const same = await loadMnist('path/to/mnist');
 *
 * A download is checked by SHA-256, goes on where it was broken off, and is never half there; several processes may ask for it
 * at once. Nothing is downloaded unless this function is called.
 * @param from a folder with the four official files, or options
 * Errors: those of {@link readMnist}; `E_DOWNLOAD` where no mirror gives a file, with what was wrong with each; `E_OPTION`;
 * `E_ABORTED`.
 */
export async function loadMnist(from: string | (LoadDataOptions & MnistOptions) = {}): Promise<TrainAndTest> {
  const options = typeof from === 'string' ? { folder: from } : from;
  const folder = options.folder ?? (await installFiles(MNIST, options));
  const [train, test] = await Promise.all([readMnist(folder, 'train', options), readMnist(folder, 'test', options)]);
  return { train, test };
}

/**
 * CIFAR-10, both parts. Without a folder its binary version is downloaded once (170 MB, 184 MB unpacked) and kept in the cache
 * folder, as {@link loadMnist} does.
 * @param from a folder with the six official files, or options
 * Errors: those of {@link readCifar10}; `E_DOWNLOAD` where no mirror gives the archive, with what was wrong with each;
 * `E_OPTION`; `E_ABORTED`.
 */
export async function loadCifar10(from: string | (LoadDataOptions & Cifar10Options) = {}): Promise<TrainAndTest> {
  const options = typeof from === 'string' ? { folder: from } : from;
  const folder = options.folder ?? (await installArchive(CIFAR10, options));
  return { train: await readCifar10(folder, 'train', options), test: await readCifar10(folder, 'test', options) };
}
