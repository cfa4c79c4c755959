/** An IDX file: the magic number, a size for each dimension, the numbers. */
export function idxBytes(magic: number, sizes: readonly number[], data: ArrayLike<number>): Uint8Array {
  const headerLength = 4 + 4 * sizes.length;
  const bytes = new Uint8Array(headerLength + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  for (const [axis, size] of sizes.entries()) view.setUint32(4 + 4 * axis, size);
  bytes.set(data, headerLength);
  return bytes;
}
