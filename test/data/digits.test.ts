import { createHash } from 'node:crypto';
import type { Dataset } from '../../lib/data/dataset';
import { readDigits } from '../../lib/data/digits';
import { readMnist } from '../../lib/data/mnist';

/** Each image with its label, as a short text. */
function fingerprints(data: Dataset): string[] {
  const size = data.samples.length / data.count;
  return Array.from({ length: data.count }, (_, index) => {
    const hash = createHash('sha1').update(data.samples.subarray(index * size, (index + 1) * size));
    return `${data.labels?.[index]} ${hash.digest('base64')}`;
  });
}

test("10,000 digits of MNIST's training set, 8,000 to train, 2,000 to test", async () => {
  const { train, test } = await readDigits();
  expect(train).toMatchObject({ count: 8_000, classes: 10, sampleShape: [1, 32, 32] });
  expect(test).toMatchObject({ count: 2_000, classes: 10, sampleShape: [1, 32, 32] });

  const official = new Set(fingerprints(await readMnist('../shared/data/mnist', 'train')));
  const [trainImages, testImages] = [fingerprints(train), fingerprints(test)];
  expect([...trainImages, ...testImages].filter((image) => !official.has(image))).toEqual([]);
  // No image is in both parts, and none is there twice.
  expect(new Set([...trainImages, ...testImages]).size).toBe(10_000);
});

test('the split never changes', async () => {
  const { train, test } = await readDigits();
  const sha256 = (data: Dataset) => createHash('sha256').update(data.samples).digest('hex');
  expect([sha256(train), sha256(test)]).toEqual([
    'fcfe71e37ce06c2494f0460cc9a7ed9f5da20b729689862968d9e7536f2727ba',
    '8106baa0ad608e1421eefe68996af9190467bc9b00e7c3c524a07a8ace5c1809',
  ]);
  expect([...(train.labels ?? []).slice(0, 10)]).toEqual([7, 1, 1, 9, 4, 6, 5, 6, 9, 6]);
  // Every digit is among the 2,000 about as often as among the 10,000.
  const counts = new Array<number>(10).fill(0);
  for (const label of test.labels ?? []) counts[label] = (counts[label] ?? 0) + 1;
  expect(Math.min(...counts)).toBeGreaterThan(150);
});
