import { join } from 'node:path';
import { LaminetError } from '../errors';
import { listFolder } from '../files/folder';
import { readFileWhole } from '../files/read-whole';
import { gunzip, isGzip } from '../formats/gzip';
import { decodeIdx, type IdxFile, type IdxKind, idxFileLength, idxHeaderLength } from '../formats/idx';
import { Dataset } from './dataset';

/** The two parts of MNIST. */
export type MnistSplit = 'train' | 'test';

/** The options of {@link readMnist}. */
export interface MnistOptions {
  /** Zeros around each image. Default: 2, which makes 28x28 the 32x32 that LeNet-5 takes. */
  readonly padding?: number;
}

/** The first part of the official file names. */
const PREFIX = { train: 'train', test: 't10k' } as const;
const SUFFIX = { images: 'idx3-ubyte', labels: 'idx1-ubyte' } as const;
const CLASSES = 10;
const LARGEST_FILE = 2 ** 31 - 1;

/**
 * Reads MNIST, or another data set in its form (Fashion-MNIST), from the four official IDX files:
 * `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`. Each may end in
 * `.gz`, and be called `train-images.idx3-ubyte` as some copies are. Samples are [1, rows, columns], pixels / 255, with
 * zeros around; ten classes.
 * Errors: `E_FILE` for a folder or file that is not there, `E_FORMAT` for a file that is malformed, `E_DATA` for counts that
 * differ and labels out of range.
 */
export async function readMnist(folder: string, split: MnistSplit, options: MnistOptions = {}): Promise<Dataset> {
  const names = await listFolder(folder);
  const [imagePath, labelPath] = [findFile(folder, names, split, 'images'), findFile(folder, names, split, 'labels')];
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
  const wrong = labels.data.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) {
    const label = labels.data[wrong];
    throw new LaminetError('E_DATA', `${labelPath}: label ${wrong} is ${label}, expected 0 to ${CLASSES - 1}`, {
      index: wrong,
      label,
      classes: CLASSES,
    });
  }
  return Dataset.from({
    name: imagePath,
    samples: images.data,
    shape: [1, rows, columns],
    labels: labels.data,
    classes: CLASSES,
    padding: options.padding ?? 2,
  });
}

/** The path of a file under any of its names. Error: `E_FILE`. */
function findFile(folder: string, names: readonly string[], split: MnistSplit, kind: IdxKind): string {
  const start = `${PREFIX[split]}-${kind}`;
  const candidates = [`${start}-${SUFFIX[kind]}`, `${start}.${SUFFIX[kind]}`].flatMap((name) => [name, `${name}.gz`]);
  const found = candidates.find((name) => names.includes(name));
  if (found === undefined) {
    throw new LaminetError('E_FILE', `${folder}: there is no file ${candidates[0]}, with or without .gz`, {
      folder,
      expected: candidates,
    });
  }
  return join(folder, found);
}

/** Reads an IDX file; whether it is compressed, its first bytes tell, not its name. */
async function readIdx(path: string, kind: IdxKind): Promise<IdxFile> {
  const bytes = await readFileWhole(path, LARGEST_FILE);
  if (!path.endsWith('.gz') && !isGzip(bytes)) return decodeIdx(bytes, kind, path);
  const bound = {
    headerLength: idxHeaderLength(kind),
    fileLength: (header: Uint8Array) => idxFileLength(header, kind, path),
  };
  return decodeIdx(await gunzip(bytes, bound, path), kind, path);
}
