import { decodeNpz } from '../../lib/formats/npz';
import { npyBytes } from '../support/npy-bytes';
import { zipBytes } from '../support/zip-bytes';

/** By numpy.savez_compressed(x=arange(3, dtype='u1'), y=float32(2.5)), NumPy 2.4.6. */
const COMPRESSED = Buffer.from(
  'UEsDBC0AAAAIAAAAIQBI6mbs//////////8FABQAeC5ucHkBABAAgwAAAAAAAABHAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4GRiYAUEsDBC0AAAAIAAAAIQBkjCLD//////////8FABQAeS5ucHkBABAAhAAAAAAAAABGAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5Gpo6CrUKFAEuBgYFBwBQSwECLQMtAAAACAAAACEASOpm7EcAAACDAAAABQAAAAAAAAAAAAAAgAEAAAAAeC5ucHlQSwECLQMtAAAACAAAACEAZIwiw0YAAACEAAAABQAAAAAAAAAAAAAAgAF+AAAAeS5ucHlQSwUGAAAAAAIAAgBmAAAA+wAAAAAA',
  'base64',
);

/** By numpy.savez(x=arange(3, dtype='u1')). */
const STORED = Buffer.from(
  'UEsDBC0AAAAAAAAAIQBI6mbs//////////8FABQAeC5ucHkBABAAgwAAAAAAAACDAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3x1MScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAECUEsBAi0DLQAAAAAAAAAhAEjqZuyDAAAAgwAAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsFBgAAAAABAAEAMwAAALoAAAAAAA==',
  'base64',
);

const expectRefusal = (bytes: Uint8Array, details: Record<string, unknown> = {}, names?: string[]) =>
  expect(decodeNpz(bytes, 'x', names)).rejects.toMatchObject({ code: 'E_FORMAT', details });

const X = { dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 1, 2) };
const Y = { dtype: 'float32', shape: [], data: Float32Array.of(2.5) };
const array = npyBytes('|u1', '(3,)', Uint8Array.of(7, 8, 9));

test("NumPy's own archives", async () => {
  expect([...(await decodeNpz(COMPRESSED, 'x'))]).toEqual([
    ['x', X],
    ['y', Y],
  ]);
  expect([...(await decodeNpz(STORED, 'x'))]).toEqual([['x', X]]);
});

test('the arrays that are asked for, and only those', async () => {
  expect([...(await decodeNpz(COMPRESSED, 'x', ['y'])).keys()]).toEqual(['y']);
  await expectRefusal(COMPRESSED, { found: 'no "z"', expected: 'one of "x", "y"' }, ['z']);
  const bytes = zipBytes([
    { path: 'good.npy', content: array },
    { path: 'bad.npy', content: Buffer.from('no array') },
  ]);
  await expect(decodeNpz(bytes, 'x', ['good'])).resolves.toBeDefined();
  await expect(decodeNpz(bytes, 'x')).rejects.toMatchObject({ code: 'E_FORMAT', details: { name: 'x, bad' } });
});

test('names are only names', async () => {
  const bytes = zipBytes([{ path: '__proto__.npy', content: array }]);
  expect([...(await decodeNpz(bytes, 'x')).keys()]).toEqual(['__proto__']);
});

test('an empty archive, and one behind a comment', async () => {
  expect((await decodeNpz(zipBytes([]), 'x')).size).toBe(0);
  const bytes = zipBytes([{ path: 'a.npy', content: array }]);
  bytes.writeUInt16LE(5, bytes.length - 2);
  expect((await decodeNpz(Buffer.concat([bytes, Buffer.from('hello')]), 'x')).size).toBe(1);
});

describe.each([
  ['deflated', COMPRESSED],
  ['stored', STORED],
])('%s', (_what, bytes) => {
  test('cut at any byte, or longer', async () => {
    for (let length = 0; length < bytes.length; length++) await expectRefusal(bytes.subarray(0, length));
    await expectRefusal(Buffer.concat([bytes, Buffer.of(0)]));
    await expectRefusal(Buffer.concat([Buffer.of(0), bytes]));
  });

  test('whatever bit is flipped, it is refused or has the same arrays', async () => {
    const right = [...(await decodeNpz(bytes, 'x'))];
    let refusals = 0;
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      const read = await decodeNpz(changed, 'x').catch((error: unknown) => error);
      if (read instanceof Map) expect([...read]).toEqual(right);
      else {
        expect(read).toMatchObject({ code: 'E_FORMAT' });
        refusals += 1;
      }
    }
    expect(refusals).toBeGreaterThan(4 * bytes.length);
  });
});

describe('refuses', () => {
  test('a file that promises more, or fewer, bytes than it has', async () => {
    const content = Buffer.concat([array, Buffer.alloc(100_000)]);
    await expectRefusal(zipBytes([{ path: 'a.npy', content, size: 200_000 }]), { where: '"a.npy"' });
    await expectRefusal(zipBytes([{ path: 'a.npy', content, size: 50_000 }]), { where: '"a.npy"' });
    await expectRefusal(zipBytes([{ path: 'a.npy', content, size: 2 ** 32 - 1 }]), {
      found: 'a promise of 4294967295 bytes',
    });
    await expectRefusal(zipBytes([{ path: 'a.npy', content: array, size: 3, method: 0 }]), {
      found: 'a promise of 3 bytes',
    });
  });

  test('two files over the same bytes', async () => {
    const twice = [
      { path: 'a.npy', content: array },
      { path: 'a.npy', content: array, at: 0 },
    ];
    await expectRefusal(zipBytes(twice), { found: 'bytes of another file' });
  });

  test('a name twice', async () => {
    const file = { path: 'a.npy', content: array };
    await expectRefusal(zipBytes([file, file]), { found: 'the name twice' });
  });

  test.each([
    [{ method: 12 }, 'the compression method 12'],
    [{ flags: 1 }, 'an encrypted file'],
    [{ path: 'a.txt' }, 'a file of another kind'],
    [{ at: 2 ** 32 - 1 }, 'no file header at byte 4294967295'],
  ])('%j', async (options, found) => {
    await expectRefusal(zipBytes([{ path: 'a.npy', content: array, ...options }]), { found });
  });
});
