/** A message of protocol buffers as its wire format has it: the values of each field, in their order. */
export type Message = Map<number, (bigint | Buffer)[]>;

/** Reads a message by the wire format alone, without knowing what the fields are. */
export function readMessage(bytes: Buffer): Message {
  const message: Message = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error(`a field ends at ${at + length} of ${bytes.length} bytes`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const wireType = key & 7;
    const value = wireType === 0 ? varint() : take(wireType === 1 ? 8 : wireType === 5 ? 4 : Number(varint()));
    message.set(key >> 3, [...(message.get(key >> 3) ?? []), value]);
  }
  return message;
}

/** CRC-32C bit by bit, as RFC 3720 defines it. */
function castagnoli(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = (crc ^ (byte >> bit)) & 1;
      crc = (crc >>> 1) ^ (odd ? 0x82f63b78 : 0);
    }
  }
  return ~crc >>> 0;
}

/** The records of a TFRecord file; throws where a checksum is wrong or the end is missing. */
export function readRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const record = file.subarray(at + 12, at + 12 + length);
    for (const [bytes, place] of [
      [file.subarray(at, at + 8), at + 8],
      [record, at + 12 + length],
    ] as const) {
      // The published unmasking: take the constant off, turn back.
      const turned = (file.readUInt32LE(place) - 0xa282ead8) >>> 0;
      const crc = ((turned >>> 17) | (turned << 15)) >>> 0;
      if (crc !== castagnoli(bytes)) throw new Error(`a wrong checksum at byte ${place}`);
    }
    records.push(record);
    at += length + 16;
  }
  return records;
}

/** The only value of a field that holds bytes. */
export function bytesOf(message: Message, field: number): Buffer {
  const values = message.get(field) ?? [];
  const [value] = values;
  if (values.length !== 1 || !Buffer.isBuffer(value)) throw new Error(`field ${field} holds no bytes`);
  return value;
}

/** Doubles one after another. */
export function doublesOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(8 * index));
}

/** The values of a summary by their tags. */
export function summaryOf(event: Message): Map<string, Message> {
  const values = readMessage(bytesOf(event, 5)).get(1) ?? [];
  return new Map(
    values.map((value) => {
      const message = readMessage(value as Buffer);
      return [bytesOf(message, 1).toString(), message];
    }),
  );
}
