// A service that classifies handwritten digits while it trains its next network, in one process.
//
//     npm install --prefix examples/service --no-package-lock --ignore-scripts
//     node -r ./scripts/register-typescript.cjs examples/service/main.ts
//
// PORT is where it listens (default: 3000), MODEL a file that model.save wrote (default: a network is trained first).
import { availableParallelism } from 'node:os';
import { type DigitsSplit, loadModel, type Model, readDigits, sgd } from 'laminet';
import { digitsNetwork } from './network';
import { createServer } from './server';

/** Something to answer with until a better one is trained. */
async function firstModel({ train }: DigitsSplit): Promise<Model> {
  const model = digitsNetwork(0).compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'crossEntropy' });
  await model.fit(train, { epochs: 1, batchSize: 16 });
  return model;
}

async function main(): Promise<void> {
  const { PORT = '3000', MODEL } = process.env;
  const data = await readDigits();
  const model = MODEL ? await loadModel(MODEL) : await firstModel(data);

  const server = createServer({
    model,
    data,
    newModel: digitsNetwork,
    // A small network is through with one image before other threads have woken up.
    servingThreads: 1,
    // One processor is left to the event loop and the predictions.
    trainingThreads: Math.max(1, availableParallelism() - 1),
    logger: true,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.close());
  await server.listen({ port: Number(PORT) });
}

void main();
