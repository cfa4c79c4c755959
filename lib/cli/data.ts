import { resolve } from 'node:path';
import type { Dataset } from '../data/dataset';
import { type DigitsSplit, readDigits } from '../data/digits';
import { readMnist } from '../data/mnist';
import type { DataSummary } from '../run/run-record';

/** What is trained on where no folder is given. */
export const DEFAULT_DATA = "digits of MNIST's training set";

/** The data of a folder, or the digits that come with the library. Errors: those of `readMnist` and `readDigits`. */
export async function readTrainingData(folder: string | undefined): Promise<DigitsSplit> {
  if (folder === undefined) return readDigits();
  const [train, test] = await Promise.all([readMnist(folder, 'train'), readMnist(folder, 'test')]);
  return { train, test };
}

/** Like {@link readTrainingData}, the test set alone. */
export async function readTestData(folder: string | undefined): Promise<Dataset> {
  return folder === undefined ? (await readDigits()).test : readMnist(folder, 'test');
}

/** A folder as a run keeps it: the same wherever the next command is started. */
export function recordedFolder(folder: string | undefined): string | null {
  return folder === undefined ? null : resolve(folder);
}

export const summarizeData = ({ name, count }: Dataset): DataSummary => ({ name, count });
