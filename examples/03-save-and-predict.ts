// Train, save, load, and ask the loaded network what it sees in one image.
//
//     node -r ./scripts/register-typescript.cjs examples/03-save-and-predict.ts
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dense, flatten, input, loadModel, readDigits, sequential, sgd } from 'laminet';

async function main(): Promise<void> {
  const { train, test } = await readDigits();
  const folder = await mkdtemp(join(tmpdir(), 'laminet-example-'));
  const file = join(folder, 'digits.safetensors');
  try {
    const layers = [input([1, 32, 32]), flatten(), dense({ units: 10, activation: 'softmax' })];
    const trained = sequential(layers, { name: 'digits', seed: 1 });
    trained.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'crossEntropy' });
    await trained.fit(train, { epochs: 2, batchSize: 16 });
    await trained.save(file);
    trained.dispose();

    // The file holds the layers and their weights: nothing else is needed to use the network again.
    const model = await loadModel(file);
    model.compile({ loss: 'crossEntropy' });
    const image = test.slice(0, 1);
    const { data, shape } = await model.predict(image);
    console.log(`${model.name}: ${shape.join(' x ')} probabilities for a ${image.labels?.[0]}`);
    for (const [digit, probability] of data.entries()) {
      const bar = '#'.repeat(Math.round(40 * probability));
      console.log(`${digit} ${(100 * probability).toFixed(1).padStart(5)} % ${bar}`.trimEnd());
    }
    console.log(`it is a ${data.indexOf(Math.max(...data))}`);
    model.dispose();
  } finally {
    await rm(folder, { recursive: true });
  }
}

void main();
