/** A cyclic redundancy check of 32 bits. */
export type Checksum = (bytes: Uint8Array) => number;

/** The remainder of each byte, for a polynomial with its lowest power first. */
function remainders(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
    return remainder;
  });
}

function checksum(polynomial: number): Checksum {
  const table = remainders(polynomial);
  return (bytes) => {
    let crc = 0xffffffff;
    for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
    return (crc ^ 0xffffffff) >>> 0;
  };
}

/** CRC-32 of ISO 3309, as in PNG and gzip. */
export const crc32 = checksum(0xedb88320);

/** CRC-32C, Castagnoli's, as in iSCSI. Source: RFC 3720, section 12.1. */
export const crc32c = checksum(0x82f63b78);
