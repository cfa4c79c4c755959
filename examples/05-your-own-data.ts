// Data of your own: arrays, a folder of images, and a stream that never lies in memory as a whole.
//
//     node -r ./scripts/register-typescript.cjs examples/05-your-own-data.ts
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adam, Dataset, dense, flatten, loadImageFolder, type StreamItem, sequential, streamChunks } from 'laminet';
import sharp from 'sharp';

/** Points of two rings around the origin, which no straight line parts. */
function* points(count: number): Generator<StreamItem> {
  for (let index = 0; index < count; index++) {
    const [radius, angle] = [index % 2 === 0 ? 0.5 : 1, 2.4 * index];
    yield { samples: [radius * Math.cos(angle), radius * Math.sin(angle)], labels: index % 2 };
  }
}

/** A folder with a folder of images for each class: stripes that lie, and stripes that stand. */
async function writeStripes(folder: string): Promise<void> {
  for (const name of ['lying', 'standing']) {
    await mkdir(join(folder, name));
    for (let width = 1; width <= 8; width++) {
      const stripe = (pixel: number) => Math.floor((name === 'lying' ? pixel / 16 : pixel % 16) / width);
      const pixels = Uint8Array.from({ length: 256 }, (_, pixel) => 255 * (stripe(pixel) % 2));
      await sharp(pixels, { raw: { width: 16, height: 16, channels: 1 } }).toFile(join(folder, name, `${width}.png`));
    }
  }
}

async function main(): Promise<void> {
  // A stream: trained on chunk by chunk, while the next one is made ready.
  const layers = [dense({ units: 16, activation: 'tanh' }), dense({ units: 2, activation: 'softmax' })];
  const model = sequential(layers, { inputShape: [2], seed: 1 });
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'crossEntropy' });
  const stream = streamChunks(points(10_000), { shape: [2], classes: 2, chunk: 1000 });
  for await (const chunk of stream) await model.fit(chunk, { epochs: 2 });

  // Arrays: the numbers of one sample after the other, and the shape of one.
  const rings = Dataset.from({ samples: [0.5, 0, 1, 0, 0, 0.5, 0, 1], shape: [2], labels: [0, 1, 0, 1] });
  const seen = await model.evaluate(rings);
  console.log(`rings: ${(100 * seen.accuracy).toFixed(1)} % of ${seen.count} points are right`);
  model.dispose();

  // A folder of images. PNG and JPEG are decoded by sharp, an npm package that your project installs.
  const folder = await mkdtemp(join(tmpdir(), 'laminet-stripes-'));
  await writeStripes(folder);
  const stripes = await loadImageFolder(folder, { colors: 'grayscale' });
  await rm(folder, { recursive: true });
  const linear = [flatten(), dense({ units: 2, activation: 'softmax' })];
  const reader = sequential(linear, { inputShape: stripes.sampleShape, seed: 1 });
  await reader.compile({ optimizer: 'adam', loss: 'crossEntropy' }).fit(stripes, { epochs: 200 });
  const { accuracy, count } = await reader.evaluate(stripes);
  console.log(`${stripes.classNames?.join(' or ')}: ${(100 * accuracy).toFixed(1)} % of ${count} images are right`);
  reader.dispose();
}

void main();
