/** An entry of an archive: a regular file unless `type` says otherwise. */
export interface TarEntry {
  readonly path: string;
  readonly content?: Uint8Array;
  readonly type?: string;
  readonly prefix?: string;
}

/** A tar archive (POSIX ustar) with two blocks of zeros at its end. */
export function tarBytes(entries: readonly TarEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { path, content = new Uint8Array(0), type = '0', prefix = '' } of entries) {
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write('0000644\0', 100);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write('ustar\x0000', 257);
    header.write(prefix, 345);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    parts.push(header, content, new Uint8Array((512 - (content.length % 512)) % 512));
  }
  return new Uint8Array(Buffer.concat([...parts, new Uint8Array(1024)]));
}
