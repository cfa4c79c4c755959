// A network that is no chain: residual blocks, in which a value goes around two convolutions and is added to what they made
// of it (He, Zhang, Ren, Sun, "Deep residual learning for image recognition", 2015).
//
//     node -r ./scripts/register-typescript.cjs examples/08-residual-network.ts
import {
  add,
  averagePool2d,
  batchNorm,
  conv2d,
  dense,
  globalAveragePool2d,
  input,
  model,
  type NetworkNode,
  readDigits,
  relu,
} from 'laminet';

const conv = (filters: number, strides = 1) =>
  conv2d({ filters, kernelSize: 3, strides, padding: strides === 1 ? 'same' : 1, useBias: false });

/** Two convolutions and the way around them; where the block halves the image, the way around is a strided 1x1 convolution. */
function residual(x: NetworkNode, filters: number, strides = 1): NetworkNode {
  const convolved = x.pipe(conv(filters, strides), batchNorm(), relu(), conv(filters), batchNorm());
  const around = strides === 1 ? x : x.pipe(conv2d({ filters, kernelSize: 1, strides, useBias: false }), batchNorm());
  return add([convolved, around]).pipe(relu());
}

async function main(): Promise<void> {
  const { train, test } = await readDigits();

  const image = input([1, 32, 32]);
  let x = image.pipe(averagePool2d(), conv(8), batchNorm(), relu()); // 8x16x16
  x = residual(x, 8); // 8x16x16
  x = residual(x, 16, 2); // 16x8x8
  x = residual(x, 32, 2); // 32x4x4
  const digits = x.pipe(globalAveragePool2d(), dense({ units: 10, activation: 'softmax' }));

  const net = model({ inputs: image, outputs: digits, name: 'residual', seed: 1 });
  console.log(net.summary());
  net.compile({ optimizer: 'adam', loss: 'crossEntropy' });
  const { epochs } = await net.fit(train, { epochs: 3, batchSize: 32, validationData: test });
  for (const { epoch, validation } of epochs) {
    console.log(`epoch ${epoch}: accuracy on the test set ${(100 * (validation?.accuracy ?? 0)).toFixed(1)} %`);
  }
  net.dispose();
}

void main();
