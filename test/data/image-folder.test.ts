import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { loadImageFolder } from '../../lib/data/image-folder';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-images-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), bytes);
}

/** A PNG of 2x3 pixels whose red, green and blue tell row, column and `blue`. */
function png(blue: number, channels: 3 | 4 = 3): Promise<Buffer> {
  const pixels = [0, 1].flatMap((row) => [0, 1, 2].flatMap((column) => [row, 10 * column, blue, 7].slice(0, channels)));
  return sharp(Buffer.from(pixels), { raw: { width: 3, height: 2, channels } })
    .png()
    .toBuffer();
}

/** What the samples of such an image are. */
const planes = (blue: number): number[] => [0, 0, 0, 1, 1, 1, 0, 10, 20, 0, 10, 20, ...new Array<number>(6).fill(blue)];

test('classes by sorted names of folders, images by sorted names of files, planes of red, green and blue', async () => {
  await put('dog/b.png', await png(2));
  await put('dog/a.PNG', await png(1));
  await put('Zebra/10.png', await png(3, 4));
  await put('cat/9.png', await png(4));
  await put('cat/.hidden', 'nothing');
  await put('.DS_Store', 'nothing');
  const data = await loadImageFolder(folder, { padding: 1 });
  expect(data).toMatchObject({ count: 4, classes: 3, classNames: ['Zebra', 'cat', 'dog'], sampleShape: [3, 4, 5] });
  expect(data).toMatchObject({ name: folder, scale: 1 / 255, source: { kind: 'uint8', shape: [3, 2, 3] } });
  expect([...(data.labels ?? [])]).toEqual([0, 1, 2, 2]);
  expect([...data.samples]).toEqual([3, 4, 1, 2].flatMap(planes));
});

test('more images than are decoded at once keep their places', async () => {
  for (let index = 10; index < 35; index++) await put(`a/${index}.png`, await png(index));
  const { samples, count } = await loadImageFolder(folder);
  expect(Array.from({ length: count }, (_, image) => samples[image * 18 + 17])).toEqual(
    Array.from({ length: 25 }, (_, image) => image + 10),
  );
});

test('grey images in colour, coloured ones in grey, 16 bits as 8', async () => {
  const grey = sharp(Buffer.of(0, 50, 255), { raw: { width: 3, height: 1, channels: 1 } }).toColourspace('b-w');
  await put('x/a.png', await grey.clone().png().toBuffer());
  expect([...(await loadImageFolder(folder)).samples]).toEqual([0, 50, 255, 0, 50, 255, 0, 50, 255]);
  const inGrey = await loadImageFolder(folder, { colors: 'grayscale' });
  expect(inGrey.sampleShape).toEqual([1, 1, 3]);
  expect([...inGrey.samples]).toEqual([0, 50, 255]);

  const white = Buffer.alloc(9, 255);
  await put(
    'x/a.png',
    await sharp(white, { raw: { width: 3, height: 1, channels: 3 } })
      .png()
      .toBuffer(),
  );
  expect([...(await loadImageFolder(folder, { colors: 'grayscale' })).samples]).toEqual([255, 255, 255]);

  const deep = sharp(Uint16Array.of(0, 0x8080, 0xffff), { raw: { width: 3, height: 1, channels: 1 } });
  await put('x/a.png', await deep.toColourspace('grey16').png().toBuffer());
  expect((await sharp(await readFile(join(folder, 'x/a.png'))).metadata()).depth).toBe('ushort');
  expect([...(await loadImageFolder(folder, { colors: 'grayscale' })).samples]).toEqual([0, 0x80, 0xff]);
});

test('a JPEG, and one that says it is turned', async () => {
  const red = { create: { width: 8, height: 16, channels: 3, background: { r: 200, g: 10, b: 20 } } } as const;
  await put('x/a.jpg', await sharp(red).jpeg({ quality: 100 }).toBuffer());
  const { samples, sampleShape } = await loadImageFolder(folder);
  expect(sampleShape).toEqual([3, 16, 8]);
  for (const [channel, value] of [200, 10, 20].entries()) {
    expect(Math.abs((samples[channel * 128] as number) - value)).toBeLessThanOrEqual(2);
  }
  await put('x/a.jpg', await sharp(red).jpeg().withMetadata({ orientation: 6 }).toBuffer());
  expect((await loadImageFolder(folder)).sampleShape).toEqual([3, 8, 16]);
});

test('resized: stretched or cut', async () => {
  // Black, white, black: the white is in the middle third.
  const pixels = Buffer.alloc(9 * 3);
  for (let row = 0; row < 3; row++) pixels.fill(255, row * 9 + 3, row * 9 + 6);
  await put(
    'x/a.png',
    await sharp(pixels, { raw: { width: 9, height: 3, channels: 1 } })
      .png()
      .toBuffer(),
  );
  await put(
    'x/b.png',
    await sharp({ create: { width: 5, height: 7, channels: 3, background: '#fff' } })
      .png()
      .toBuffer(),
  );
  const options = { size: [3, 3], colors: 'grayscale' } as const;
  const stretched = await loadImageFolder(folder, options);
  expect(stretched).toMatchObject({ count: 2, sampleShape: [1, 3, 3] });
  expect(stretched.samples[0]).toBeLessThan(64);
  expect([...(await loadImageFolder(folder, { ...options, fit: 'crop' })).samples]).toEqual(
    new Array<number>(18).fill(255),
  );
});

test('classes that are given decide on the labels', async () => {
  await put('b/1.png', await png(1));
  const data = await loadImageFolder(folder, { classNames: ['a', 'b', 'c'] });
  expect(data).toMatchObject({ classes: 3, classNames: ['a', 'b', 'c'] });
  expect([...(data.labels ?? [])]).toEqual([1]);
  await expect(loadImageFolder(folder, { classNames: ['a'] })).rejects.toMatchObject({
    code: 'E_DATA',
    message: `${join(folder, 'b')} is no folder of the classes a`,
  });
});

describe('refuses', () => {
  test('images of several sizes', async () => {
    await put('x/a.png', await png(1));
    await put(
      'x/b.png',
      await sharp({ create: { width: 2, height: 2, channels: 3, background: '#000' } })
        .png()
        .toBuffer(),
    );
    await expect(loadImageFolder(folder)).rejects.toMatchObject({
      code: 'E_SHAPE',
      message: `${join(folder, 'x/b.png')} is 2x2, but ${join(folder, 'x/a.png')} is 2x3: give a size to resize them to`,
    });
  });

  test('a PNG cut at any byte, and text', async () => {
    const whole = await png(1);
    // The last 12 bytes only say that it was the end.
    for (let length = 0; length < whole.length - 12; length++) {
      await put('x/a.png', whole.subarray(0, length));
      await expect(loadImageFolder(folder)).rejects.toMatchObject({
        code: 'E_FORMAT',
        details: { name: join(folder, 'x/a.png') },
      });
    }
    await put('x/a.png', 'no image');
    await expect(loadImageFolder(folder)).rejects.toMatchObject({ code: 'E_FORMAT' });
  });

  test('a JPEG cut in its middle', async () => {
    const noise = {
      create: {
        width: 64,
        height: 64,
        channels: 3,
        background: '#000',
        noise: { type: 'gaussian', mean: 99, sigma: 50 },
      },
    } as const;
    const whole = await sharp(noise).jpeg().toBuffer();
    await put('x/a.jpg', whole.subarray(0, whole.length / 2));
    await expect(loadImageFolder(folder)).rejects.toMatchObject({ code: 'E_FORMAT' });
  });

  test('what is no folder, no image, or not there', async () => {
    await expect(loadImageFolder(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_FILE' });
    await expect(loadImageFolder(folder)).rejects.toThrow(`${folder} has no folders, expected one for each class`);
    await mkdir(join(folder, 'x'));
    await expect(loadImageFolder(folder)).rejects.toThrow(`${join(folder, 'x')} has no images`);
    await put('x/notes.txt', 'text');
    await expect(loadImageFolder(folder)).rejects.toMatchObject({
      code: 'E_DATA',
      message: `${join(folder, 'x/notes.txt')} is neither a PNG nor a JPEG by its name`,
    });
    await rm(join(folder, 'x/notes.txt'));
    await mkdir(join(folder, 'x/a.png'));
    await expect(loadImageFolder(folder)).rejects.toMatchObject({ code: 'E_FILE' });
    await put('readme.md', 'text');
    await expect(loadImageFolder(folder)).rejects.toThrow('is a file, expected a folder for each class');
  });

  test.each([
    [{ size: [0, 3] }, 'size must be [height, width], whole numbers from 1 to 16384, found [0,3]'],
    [{ size: [3] }, 'size must be [height, width], whole numbers from 1 to 16384, found [3]'],
    [{ colors: 'red' }, 'colors must be rgb or grayscale, found red'],
    [{ fit: 'fill' }, 'fit must be stretch or crop, found fill'],
  ])('%j', async (options, message) => {
    await expect(loadImageFolder(folder, options as object)).rejects.toMatchObject({ code: 'E_OPTION', message });
  });

  test('going on when it is stopped', async () => {
    await put('x/a.png', await png(1));
    await expect(loadImageFolder(folder, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'E_ABORTED' });
  });
});

test.each([
  ['MODULE_NOT_FOUND', 'the npm package sharp, which decodes images, is not installed: run npm install sharp'],
  ['ERR_DLOPEN_FAILED', 'the npm package sharp, which decodes images, cannot be loaded: no binary'],
])('without sharp (%s)', async (code, message) => {
  jest.resetModules();
  jest.doMock('sharp', () => {
    throw Object.assign(new Error('no binary'), { code });
  });
  try {
    const fresh: { loadImageFolder: typeof loadImageFolder } = jest.requireActual('../../lib/data/image-folder');
    await expect(fresh.loadImageFolder(folder)).rejects.toMatchObject({ code: 'E_FILE', message });
  } finally {
    jest.dontMock('sharp');
  }
});
