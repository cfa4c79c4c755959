import { crc32, crc32c } from '../../lib/formats/crc';

const ascii = Buffer.from('123456789');

test('CRC-32 of the digits is the published check value', () => {
  expect(crc32(ascii).toString(16)).toBe('cbf43926');
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test.each([
  ['32 zeros', new Uint8Array(32), '8a9136aa'],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), '62a8ab43'],
  ['32 bytes counting up', Uint8Array.from({ length: 32 }, (_, index) => index), '46dd794e'],
  ['32 bytes counting down', Uint8Array.from({ length: 32 }, (_, index) => 31 - index), '113fdb5c'],
  ['the digits', ascii, 'e3069283'],
])('CRC-32C of %s is that of RFC 3720, appendix B.4', (_what, bytes, expected) => {
  expect(crc32c(bytes).toString(16).padStart(8, '0')).toBe(expected);
});
