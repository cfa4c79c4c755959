import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../lib/formats/crc32';

/** A file of an archive. */
interface Packed {
  readonly path: string;
  readonly content: Uint8Array;
  readonly size?: number;
  readonly method?: number;
  readonly flags?: number;
  /** Where the directory says that the file is. Default: where it is. */
  readonly at?: number;
}

/** A zip archive of deflated files, about which its directory may lie. */
export function zipBytes(files: readonly Packed[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { path, content, size = content.length, method = 8, flags = 0, at = offset } of files) {
    const packed = method === 8 ? deflateRawSync(content) : Buffer.from(content);
    const name = Buffer.from(path);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(flags, 2);
    shared.writeUInt16LE(method, 4);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(size, 18);
    shared.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    local.push(Buffer.from('PK\x03\x04'), shared, name, packed);
    central.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), shared, place, name);
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
