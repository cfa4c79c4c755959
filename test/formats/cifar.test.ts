import { decodeCifar10 } from '../../lib/formats/cifar';
import { cifarBytes } from '../support/cifar-folder';

const refused = (details: Record<string, unknown>) =>
  expect.objectContaining({ code: 'E_FORMAT', details: expect.objectContaining({ name: 'x', ...details }) });

const bytes = cifarBytes([3, 9, 0]);

test('labels and planes of red, green and blue', () => {
  const { labels, images } = decodeCifar10(bytes, 'x');
  expect([...labels]).toEqual([3, 9, 0]);
  for (let record = 0; record < 3; record++) {
    const image = bytes.subarray(record * 3073 + 1, (record + 1) * 3073);
    expect(Buffer.compare(images.subarray(record * 3072, (record + 1) * 3072), image)).toBe(0);
  }
  // Copies: what becomes of the file's bytes does not matter.
  const changed = bytes.slice();
  const decoded = decodeCifar10(changed, 'x');
  changed.fill(77);
  expect(decoded.labels[0]).toBe(3);
  expect(decoded.images[3072]).toBe(1);
});

test('a file cut at any byte within a record, or longer', () => {
  const whole = decodeCifar10(bytes, 'x').labels;
  for (let length = 0; length < bytes.length; length++) {
    const records = length / 3073;
    if (Number.isInteger(records) && records > 0)
      expect(decodeCifar10(bytes.subarray(0, length), 'x').labels).toEqual(whole.slice(0, records));
    else expect(() => decodeCifar10(bytes.subarray(0, length), 'x')).toThrow(refused({}));
  }
  const longer = Buffer.concat([bytes, Buffer.of(1)]);
  expect(() => decodeCifar10(longer, 'x')).toThrow(
    'x: the end, at byte 9220: found 9220 bytes (3 records of 3073 bytes and 1 more), expected whole records of 3073 bytes, from 1 to 10000',
  );
  expect(() => decodeCifar10(new Uint8Array(0), 'x')).toThrow(refused({ found: 'an empty file' }));
});

test('more records than a batch has', () => {
  const many = new Uint8Array(10_001 * 3073);
  expect(() => decodeCifar10(many, 'x')).toThrow(refused({ where: 'the end, too late' }));
  expect(decodeCifar10(many.subarray(0, -3073), 'x').labels).toHaveLength(10_000);
});

test.each([10, 11, 128, 255])('the label %d, by its record and byte', (label) => {
  for (let record = 0; record < 3; record++) {
    const changed = bytes.slice();
    changed[record * 3073] = label;
    expect(() => decodeCifar10(changed, 'x')).toThrow(
      refused({ where: `record ${record}, byte ${record * 3073}`, found: `the label ${label}` }),
    );
  }
});
