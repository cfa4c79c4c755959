import { refuseFormat } from './format-error';

/** What each class of CIFAR-10 is called, by its label; the official `batches.meta.txt` lists the same. */
export const CIFAR10_CLASSES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/** The shape of an image: planes of red, green and blue. */
export const CIFAR_SHAPE = [3, 32, 32] as const;

const PIXELS = 3 * 32 * 32;
const RECORD = 1 + PIXELS;
const LARGEST_COUNT = 10_000;

/** The most bytes that a batch file has: that of 10,000 images, which the official ones hold. */
export const LARGEST_CIFAR_FILE = LARGEST_COUNT * RECORD;

/** What a batch file holds. */
export interface CifarBatch {
  readonly labels: Uint8Array;
  /** One image after another, each three planes of rows. */
  readonly images: Uint8Array;
}

/**
 * The images and labels of a batch file of CIFAR-10's binary version: records of 3,073 bytes, a label from 0 to 9 and 1,024
 * bytes each of red, green and blue, row by row. There is no header. From 1 to 10,000 records are taken.
 * @param name the file, for error messages
 * Error: `E_FORMAT`, which names the record and its offset.
 * Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
 */
export function decodeCifar10(bytes: Uint8Array, name: string): CifarBatch {
  const count = Math.floor(bytes.length / RECORD);
  if (count === 0 || bytes.length % RECORD !== 0 || count > LARGEST_COUNT) {
    const whole = `${count} records of ${RECORD} bytes and ${bytes.length % RECORD} more`;
    refuseFormat({
      name,
      where: count > LARGEST_COUNT ? 'the end, too late' : `the end, at byte ${bytes.length}`,
      found: bytes.length === 0 ? 'an empty file' : `${bytes.length} bytes (${whole})`,
      expected: `whole records of ${RECORD} bytes, from 1 to ${LARGEST_COUNT}`,
    });
  }
  const labels = new Uint8Array(count);
  const images = new Uint8Array(count * PIXELS);
  for (let record = 0; record < count; record++) {
    const offset = record * RECORD;
    const label = bytes[offset] as number;
    if (label >= CIFAR10_CLASSES.length) {
      const where = `record ${record}, byte ${offset}`;
      refuseFormat({ name, where, found: `the label ${label}`, expected: 'a label from 0 to 9' });
    }
    labels[record] = label;
    images.set(bytes.subarray(offset + 1, offset + RECORD), record * PIXELS);
  }
  return { labels, images };
}
