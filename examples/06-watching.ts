// Watching a network train: what it says while it does, validation, and an end when nothing gets better any more.
//
//     node -r ./scripts/register-typescript.cjs examples/06-watching.ts
import { conv2d, dense, flatten, input, maxPool2d, readDigits, sequential, topK } from 'laminet';

async function main(): Promise<void> {
  const { train, test } = await readDigits();
  const model = sequential(
    [
      input([1, 32, 32]),
      conv2d({ filters: 6, kernelSize: 5, activation: 'relu' }),
      maxPool2d(),
      flatten(),
      dense({ units: 10, activation: 'softmax' }),
    ],
    { seed: 1 },
  );
  // Beside loss and accuracy: is the right digit among the three likeliest?
  model.compile({ optimizer: 'adam', loss: 'crossEntropy', metrics: [topK({ k: 3 })] });

  // A tenth of the data is kept apart, and the epoch that was best on it is the one that is kept.
  const events = model.train(train.take(2000), {
    epochs: 50,
    batchSize: 20,
    validationSplit: 0.1,
    earlyStopping: { monitor: 'validationLoss', patience: 3, restoreBest: true },
    evaluation: { every: 3600, samples: 200 },
  });
  for await (const event of events) {
    if (event.type === 'start') console.log(`${event.samples} images in ${event.stepsPerEpoch} steps an epoch`);
    if (event.type === 'evaluation') {
      console.log(
        `  after ${event.samplesSeen} images: ${(100 * event.accuracy).toFixed(1)} % of 200 picked at random`,
      );
    }
    if (event.type === 'epoch') {
      const { loss = 0, accuracy = 0 } = event.validation ?? {};
      console.log(
        `epoch ${event.epoch}: validation loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(1)} %`,
      );
    }
    if (event.type === 'end') console.log(`${event.reason} after ${event.epochs} epochs`);
  }

  const { accuracy, metrics } = await model.evaluate(test);
  const top3 = Number(metrics?.top3);
  console.log(`test: ${(100 * accuracy).toFixed(1)} % right, ${(100 * top3).toFixed(1)} % among the first three`);
  model.dispose();
}

void main();
