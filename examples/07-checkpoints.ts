// A training that is interrupted and goes on from its checkpoint ends with the same bits as one that nothing has interrupted.
//
//     node -r ./scripts/register-typescript.cjs examples/07-checkpoints.ts
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dense, flatten, input, type Model, readDigits, sequential } from 'laminet';

const newModel = (): Model =>
  sequential([input([1, 32, 32]), flatten(), dense({ units: 10, activation: 'softmax' })], { seed: 1 }).compile({
    optimizer: 'adam',
    loss: 'crossEntropy',
  });

async function main(): Promise<void> {
  const { train, test } = await readDigits();
  const folder = await mkdtemp(join(tmpdir(), 'laminet-checkpoints-'));
  const settings = { epochs: 3, batchSize: 16 };

  // Interrupted in its second epoch, as Ctrl-C, a crash or a power failure would.
  const controller = new AbortController();
  const interrupted = newModel();
  const { reason } = await interrupted.fit(train, {
    ...settings,
    checkpoint: { folder, everySteps: 100, keep: 2 },
    signal: controller.signal,
    onEvent(event) {
      if (event.type === 'checkpoint' && event.epoch === 2 && event.step > 0) controller.abort();
    },
  });
  console.log(`${reason}; on the disk: ${(await readdir(folder)).sort().join(', ')}`);
  interrupted.dispose();

  // The same program, started again: `resume: true` goes on from the newest checkpoint, or begins where there is none.
  const resumed = newModel();
  await resumed.fit(train, {
    ...settings,
    checkpoint: { folder, everySteps: 100, keep: 2 },
    resume: true,
    onEvent(event) {
      if (event.type === 'start') console.log(`goes on in epoch ${event.resumed?.epoch}, step ${event.resumed?.step}`);
      if (event.type === 'end') console.log(`${event.reason} after epoch ${event.epochs}`);
    },
  });

  const untouched = newModel();
  await untouched.fit(train, settings);
  const [a, b] = [resumed, untouched].map((model) => Buffer.from(model.parameter('dense_1.weight')).toString('hex'));
  console.log(`the same weights, bit for bit: ${a === b}`);
  console.log(`${(100 * (await resumed.evaluate(test)).accuracy).toFixed(1)} % of the test digits are right`);
  for (const model of [resumed, untouched]) model.dispose();
  await rm(folder, { recursive: true });
}

void main();
