import type { Command } from '../protocol';
import { peerVersion, requirePeer, serve, timed } from '../serve';

/** What is used of ConvNetJS, which has no types. */
interface Volume {
  w: Float64Array;
}
interface ConvNetJs {
  Vol: new (width: number, height: number, depth: number, fill: number) => Volume;
  Net: new () => Net;
  Trainer: new (net: Net, options: Record<string, unknown>) => { train(image: Volume, label: number): void };
}
interface Net {
  layers: unknown[];
  makeLayers(definitions: readonly Record<string, unknown>[]): void;
  forward(image: Volume, training: boolean): Volume;
}

/** Few enough to stay in memory as doubles with their gradients; longer runs go through them again. */
const IMAGES = 2048;

const convnet = requirePeer('convnetjs') as ConvNetJs;

function buildLenet5(): Net {
  const net = new convnet.Net();
  net.makeLayers([
    { type: 'input', out_sx: 32, out_sy: 32, out_depth: 1 },
    { type: 'conv', sx: 5, filters: 6, stride: 1, pad: 0, activation: 'tanh' },
    { type: 'pool', sx: 2, stride: 2 },
    { type: 'conv', sx: 5, filters: 16, stride: 1, pad: 0, activation: 'tanh' },
    { type: 'pool', sx: 2, stride: 2 },
    { type: 'conv', sx: 5, filters: 120, stride: 1, pad: 0, activation: 'tanh' },
    { type: 'fc', num_neurons: 10, activation: 'tanh' },
    { type: 'softmax', num_classes: 10 },
  ]);
  // A softmax brings a dense layer of its own, which this network does not have.
  net.layers.splice(-2, 1);
  return net;
}

const images = Array.from({ length: IMAGES }, () => {
  const image = new convnet.Vol(32, 32, 1, 0);
  for (let pixel = 0; pixel < image.w.length; pixel++) image.w[pixel] = Math.random();
  return image;
});
const labels = images.map(() => Math.floor(Math.random() * 10));
const net = buildLenet5();

const imageAt = (index: number): Volume => images[index % IMAGES] as Volume;

async function run({ task, batch, amount }: Command): Promise<number> {
  if (task === 'infer') {
    return timed(() => {
      for (let index = 0; index < amount * batch; index++) net.forward(imageAt(index), false);
    });
  }
  const trainer = new convnet.Trainer(net, { method: 'sgd', learning_rate: 1e-6, momentum: 0, batch_size: batch });
  return timed(() => {
    for (let index = 0; index < amount; index++) trainer.train(imageAt(index), labels[index % IMAGES] ?? 0);
  });
}

serve(`${peerVersion('convnetjs')} (JavaScript, Node ${process.version})`, run);
