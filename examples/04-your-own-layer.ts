// A layer of your own: linearize, which turns an image into a row of numbers, written wrong and written right.
// The wrong one hands back its own output in the backward step instead of the error that came in. A network with it runs
// without an error and only learns badly, so that one looks for the mistake elsewhere. The gradient check names it at once.
//
//     node -r ./scripts/register-typescript.cjs examples/04-your-own-layer.ts
import { checkGradients, conv2d, defineLayer, dense, maxPool2d, readDigits, sequential, sgd } from 'laminet';

const size = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent);

const wrong = defineLayer({
  name: 'wrongLinearize',
  outputShape: (shape) => [size(shape)],
  forward: ({ input, output }) => output.set(input),
  backward: ({ output, gradInput }) => gradInput.set(output),
});

const right = defineLayer({
  name: 'rightLinearize',
  outputShape: (shape) => [size(shape)],
  forward: ({ input, output }) => output.set(input),
  backward: ({ gradOutput, gradInput }) => gradInput.set(gradOutput),
});

async function main(): Promise<void> {
  const { train, test } = await readDigits();

  for (const linearize of [wrong, right]) {
    const model = sequential(
      [
        conv2d({ filters: 6, kernelSize: 5, activation: 'tanh' }),
        maxPool2d(),
        linearize(),
        dense({ units: 10, activation: 'softmax' }),
      ],
      { inputShape: [1, 32, 32] },
    );
    model.compile({ optimizer: sgd({ learningRate: 0.05 }), loss: 'crossEntropy' });

    const { ok, guilty } = await checkGradients(model.graph, { elements: 8 });
    await model.fit(train, { epochs: 1, batchSize: 16 });
    const { accuracy } = await model.evaluate(test);
    console.log(`${linearize.kind}: gradients ${ok ? 'right' : `wrong in ${guilty.join(', ')}`}`);
    console.log(`${linearize.kind}: accuracy ${(100 * accuracy).toFixed(1)} % after an epoch`);
    model.dispose();
  }
}

void main();
