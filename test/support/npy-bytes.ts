/** An NPY file of version 1.0 as NumPy writes it: the header padded to a multiple of 64, the elements as they are given. */
export function npyBytes(descr: string, shape: string, data: Uint8Array, fortran = 'False'): Uint8Array {
  return npyOfHeader(`{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`, data);
}

/** An NPY file with any header. */
export function npyOfHeader(header: string, data: Uint8Array): Uint8Array {
  const length = Math.ceil((header.length + 11) / 64) * 64 - 10;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, length & 255, length >> 8]);
  return new Uint8Array(Buffer.concat([start, Buffer.from(`${header.padEnd(length - 1)}\n`, 'latin1'), data]));
}
