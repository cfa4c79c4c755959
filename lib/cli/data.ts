import { resolve } from 'node:path';
import { looksLikeCifar10, readCifar10 } from '../data/cifar10';
import type { Dataset } from '../data/dataset';
import { type DigitsSplit, readDigits } from '../data/digits';
import { readMnist } from '../data/mnist';
import { listFolder } from '../files/folder';
import type { DataSummary } from '../run/run-record';

/** What is trained on where no folder is given. */
export const DEFAULT_DATA = "digits of MNIST's training set";

/** The data of a folder, or the digits that come with the library. Errors: those of `readMnist`, `readCifar10`, `readDigits`. */
export async function readTrainingData(folder: string | undefined): Promise<DigitsSplit> {
  if (folder === undefined) return readDigits();
  const [train, test] = await Promise.all([readPart(folder, 'train'), readPart(folder, 'test')]);
  return { train, test };
}

/** Like {@link readTrainingData}, the test set alone. */
export async function readTestData(folder: string | undefined): Promise<Dataset> {
  return folder === undefined ? (await readDigits()).test : readPart(folder, 'test');
}

/** A part of CIFAR-10 where the folder has one of its files, otherwise of MNIST. */
async function readPart(folder: string, split: 'train' | 'test'): Promise<Dataset> {
  return looksLikeCifar10(await listFolder(folder)) ? readCifar10(folder, split) : readMnist(folder, split);
}

/** A folder as a run keeps it: the same wherever the next command is started. */
export function recordedFolder(folder: string | undefined): string | null {
  return folder === undefined ? null : resolve(folder);
}

export const summarizeData = ({ name, count }: Dataset): DataSummary => ({ name, count });
