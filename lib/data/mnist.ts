import { LaminetError } from '../errors';
import { listFolder } from '../files/folder';
import { decodeIdx, type IdxFile, type IdxKind, idxFileLength, idxHeaderLength } from '../formats/idx';
import { findFile, readMaybeGzipped } from './data-file';
import { Dataset } from './dataset';

/** The two parts of MNIST, and of Fashion-MNIST. */
export type MnistSplit = 'train' | 'test';

/** The options of {@link readMnist} and {@link readFashionMnist}. */
export interface MnistOptions {
  /** Zeros around each image. Default: 2, which makes 28x28 the 32x32 that LeNet-5 takes. */
  readonly padding?: number;
}

/** The first part of the official file names. */
const PREFIX = { train: 'train', test: 't10k' } as const;
const SUFFIX = { images: 'idx3-ubyte', labels: 'idx1-ubyte' } as const;

/** What each class of MNIST is called, by its label: the digit. */
const DIGITS: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** What each class of Fashion-MNIST is called, by its label. Source: its README, "Labels". */
const GARMENTS: readonly string[] = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/**
 * Reads MNIST, or another data set of ten classes in its form, from the four official IDX files:
 * `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`. Each may end in
 * `.gz`, and be called `train-images.idx3-ubyte` as some copies are. Samples are [1, rows, columns], pixels / 255, with
 * zeros around; ten classes.
 * Errors: `E_FILE` for a folder or file that is not there, `E_FORMAT` for a file that is malformed, `E_DATA` for counts that
 * differ and labels out of range.
 */
export function readMnist(folder: string, split: MnistSplit, options: MnistOptions = {}): Promise<Dataset> {
  return readIdxPair(folder, split, options, DIGITS);
}

/**
 * Reads Fashion-MNIST (Xiao, Rasul, Vollgraf, arXiv:1708.07747), whose files are called and made as those of MNIST; its
 * classes have names. Everything else is as in {@link readMnist}.
 */
export function readFashionMnist(folder: string, split: MnistSplit, options: MnistOptions = {}): Promise<Dataset> {
  return readIdxPair(folder, split, options, GARMENTS);
}

async function readIdxPair(
  folder: string,
  split: MnistSplit,
  options: MnistOptions,
  classNames: readonly string[],
): Promise<Dataset> {
  const present = await listFolder(folder);
  const imagePath = findFile(folder, present, fileNames(split, 'images'));
  const labelPath = findFile(folder, present, fileNames(split, 'labels'));
  const images = await readIdx(imagePath, 'images');
  const labels = await readIdx(labelPath, 'labels');
  const [count = 0, rows = 0, columns = 0] = images.shape;
  if (labels.shape[0] !== count) {
    throw new LaminetError(
      'E_DATA',
      `${imagePath} has ${count} images, but ${labelPath} has ${labels.shape[0]} labels`,
      {
        images: count,
        labels: labels.shape[0],
      },
    );
  }
  const wrong = labels.data.findIndex((label) => label >= classNames.length);
  if (wrong >= 0) {
    const label = labels.data[wrong];
    throw new LaminetError(
      'E_DATA',
      `${labelPath}: label ${wrong} is ${label}, expected 0 to ${classNames.length - 1}`,
      {
        index: wrong,
        label,
        classes: classNames.length,
      },
    );
  }
  return Dataset.from({
    name: imagePath,
    samples: images.data,
    shape: [1, rows, columns],
    labels: labels.data,
    classNames,
    padding: options.padding ?? 2,
  });
}

/** The names that a file has in one copy or another. */
function fileNames(split: MnistSplit, kind: IdxKind): string[] {
  return ['-', '.'].map((separator) => `${PREFIX[split]}-${kind}${separator}${SUFFIX[kind]}`);
}

async function readIdx(path: string, kind: IdxKind): Promise<IdxFile> {
  const bound = {
    headerLength: idxHeaderLength(kind),
    fileLength: (header: Uint8Array) => idxFileLength(header, kind, path),
  };
  return decodeIdx(await readMaybeGzipped(path, () => bound), kind, path);
}
