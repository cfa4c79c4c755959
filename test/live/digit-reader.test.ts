import { inflateSync } from 'node:zlib';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { DigitReader } from '../../lib/live/digit-reader';
import { openDrawPage } from '../../lib/live/draw-page';
import { toDigitImage } from '../../lib/live/drawn-digit';
import { layerPicture } from '../../lib/live/layer-picture';
import { sequential } from '../../lib/model/sequential';
import { NETWORKS, networkModel } from '../../lib/networks/networks';

const SIDE = 140;
const pixels = Uint8Array.from({ length: SIDE * SIDE }, (_, place) =>
  place % SIDE > 60 && place % SIDE < 75 ? 255 : 0,
);
const drawing = { width: SIDE, height: SIDE, pixels };

const small = () =>
  sequential([
    input([1, 28, 28]),
    conv2d({ filters: 2, kernelSize: 5, activation: 'tanh' }),
    maxPool2d(),
    flatten(),
    dense({ units: 3, activation: 'softmax' }),
  ]);

describe.each(['native', 'reference'] as const)('on the %s backend', (backend) => {
  test('a reading is what the network predicts for the image, with a picture of every layer', () => {
    using model = small();
    const reader = new DigitReader(model, { backend });
    const reading = reader.read(drawing);
    model.compile({ loss: 'crossEntropy', backend });
    expect(reading.outputs).toEqual([...model.predictSync(toDigitImage(drawing)).data]);
    expect(reading.probabilities).toBe(true);
    expect(reading.layers.map(({ name, description }) => `${name}: ${description}`)).toEqual([
      'conv2d_1: 2 maps of 24x24',
      'maxPool2d_1: 2 maps of 12x12',
      'flatten_1: the first 64 of 288 numbers',
      'dense_1: 3 numbers',
    ]);
    expect(new Set(reading.layers.map(({ picture }) => picture)).size).toBe(4);
    expect(reading.layers.every(({ picture }) => picture.startsWith('data:image/png;base64,'))).toBe(true);
    reader.dispose();
    expect(() => reader.read(drawing)).toThrow(/was disposed of/);
  });
});

test('a digit is padded to what the network takes: every network that takes digits can be drawn for', () => {
  const names: string[] = [];
  for (const { name, inputShape } of NETWORKS.filter((network) => network.inputShape[0] === 1)) {
    using model = networkModel(name);
    const reader = new DigitReader(model);
    const { outputs, picture } = reader.read(drawing);
    expect(outputs).toHaveLength(10);
    const png = Buffer.from(picture.slice(picture.indexOf(',') + 1), 'base64');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(inputShape.slice(1));
    const data = inflateSync(png.subarray(png.indexOf('IDAT') + 4));
    const rows = Array.from({ length: 32 }, (_, row) => data.subarray(row * 33 + 1, (row + 1) * 33));
    const inside = rows.slice(2, 30).flatMap((row) => [...row.subarray(2, 30)]);
    expect(inside).toEqual([...toDigitImage(drawing)]);
    expect(rows[0]?.every((ink) => ink === 0)).toBe(true);
    reader.dispose();
    names.push(name);
  }
  expect(names).toContain('lenet5-1998');
});

test('networks of other images are refused', () => {
  using colours = networkModel('resnet20');
  expect(() => new DigitReader(colours)).toThrow(
    'resnet20 takes samples of 3x32x32; expected one input of one channel and at least 28x28 pixels, and one output, to draw digits for',
  );
  using tiny = sequential([input([1, 8, 8]), flatten(), dense({ units: 2 })]);
  expect(() => new DigitReader(tiny)).toThrow(/takes samples of 1x8x8/);
});

test('maps are pictures in one scale: blue is negative, white 0, red positive', () => {
  const { width, height, data } = layerPicture([0, 1, -2, 2], [2, 1, 2]);
  const pixel = (x: number): number[] => [...data.subarray(3 * x, 3 * x + 3)];
  expect([pixel(0), pixel(12)]).toEqual([
    [255, 255, 255],
    [223, 153, 153],
  ]);
  expect([width, height]).toEqual([52, 12]);
  expect([pixel(28), pixel(40)]).toEqual([
    [37, 99, 184],
    [190, 50, 50],
  ]);
  expect(layerPicture(new Float32Array(100), [100])).toMatchObject({ width: 124, height: 124 });
});

describe('the page', () => {
  test('answers drawings, and refuses what is none', async () => {
    using model = small();
    const reader = new DigitReader(model);
    const { url, close } = await openDrawPage(0, 'a <b>name</b>', reader);
    try {
      expect(await (await fetch(url)).text()).toContain('a &lt;b&gt;name&lt;/b&gt; says which it is');
      const { origin } = new URL(url);
      const post = (body: string | Uint8Array<ArrayBuffer>, type = 'application/octet-stream') =>
        fetch(new URL('read', url), { method: 'POST', body, headers: { origin, 'content-type': type } });
      const answered = await post(pixels);
      expect(answered.status).toBe(200);
      expect(await answered.json()).toEqual(reader.read(drawing));
      const short = await post(pixels.slice(1));
      expect([short.status, await short.text()]).toEqual([400, 'expected 140x140 bytes, one a pixel, found 19599\n']);
      expect((await post('')).status).toBe(400);
      expect((await post(new Uint8Array(SIDE * SIDE + 1))).status).toBe(413);
      expect((await post(new Uint8Array(2 ** 24))).status).toBe(413);
      expect((await post('[]', 'application/json')).status).toBe(415);
      expect((await post(pixels)).status).toBe(200);
    } finally {
      await close();
      reader.dispose();
    }
  });
});
