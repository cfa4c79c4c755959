import { LaminetError } from '../errors';
import { sgd } from '../optimizers/optimizer';
import type { Laboratory, Outcome, Trial } from './laboratory';
import { brief, code, count, list, percent, table } from './markdown';
import { POST_PARTS, postOf } from './post';
import type { Section } from './section';

const NETWORK = 'lenet5-first';
const IMAGES = 4000;
const RATES = [0.0005, 0.005, 0.02, 0.05, 0.1] as const;
const TOO_HIGH = 0.05;
/** Updates from one and the same image. */
const REPEATS = 5;

const inWords = (outcome: Outcome): string => {
  const [error, accuracy] = resultOf(outcome);
  return accuracy === ''
    ? 'it explodes all the same'
    : `it ends with a mean error of ${error} and an accuracy of ${accuracy}`;
};

/** Of a training: what came of it on the images it saw. */
function resultOf({ epochs, failure }: Outcome): readonly [error: string, accuracy: string] {
  const last = epochs.at(-1);
  if (failure !== undefined || !last) return ['explodes', ''];
  return [brief(last.loss), percent(last.accuracy)];
}

/** The error of one image, again and again, with an update between. */
async function repeatImage(laboratory: Laboratory, learningRate: number): Promise<string[]> {
  const image = laboratory.data('mnist').train.slice(0, 1);
  const model = laboratory.model(NETWORK, POST_PARTS);
  const errors: string[] = [];
  try {
    model.compile(laboratory.compiled({ loss: 'sse', optimizer: sgd({ learningRate }) }));
    for (let repeat = 0; repeat <= REPEATS; repeat++) errors.push(brief((await model.trainOnBatch(image)).loss));
  } catch (error) {
    if (!(error instanceof LaminetError && error.code === 'E_DIVERGED')) throw error;
    while (errors.length <= REPEATS) errors.push('infinite');
  } finally {
    model.dispose();
  }
  return errors;
}

/** Why does the error explode with a slightly higher rate? */
export async function explodingError(laboratory: Laboratory): Promise<Section> {
  const seen = Math.min(IMAGES, laboratory.data('mnist').train.count);
  const train = (title: string, learningRate: number, changes: Partial<Trial> = {}) =>
    laboratory.train({
      title: `${title}, rate ${learningRate}`,
      network: NETWORK,
      parts: POST_PARTS,
      images: IMAGES,
      fit: { epochs: 1, batchSize: 1 },
      ...changes,
      training: { loss: 'sse', optimizer: sgd({ learningRate }), ...changes.training },
    });
  const scanned: [number, Outcome][] = [];
  for (const rate of RATES) scanned.push([rate, await train(NETWORK, rate)]);
  const failure = scanned.find(([rate]) => rate === TOO_HIGH)?.[1].failure;
  const repeats: [number, string[]][] = [];
  for (const rate of RATES) repeats.push([rate, await repeatImage(laboratory, rate)]);
  const clipped = await train(`${NETWORK}, clipped`, TOO_HIGH, {
    training: { loss: 'sse', optimizer: sgd({ learningRate: TOO_HIGH }), clipping: { globalNorm: 1 } },
  });
  const bounded = await train('lenet5', TOO_HIGH, {
    network: 'lenet5',
    training: { loss: 'crossEntropy', optimizer: sgd({ learningRate: TOO_HIGH }) },
  });
  const { learningRate } = postOf(NETWORK);
  return {
    title: '3. Why does the error explode with a slightly higher rate?',
    blocks: [
      'Because a step goes too far. The gradient says where down is, not how far; the rate does. Plain outputs with squared errors have no bound: a step that overshoots makes the error larger, a larger error makes a larger gradient, and so on. Some tens of images later the number is infinite.',
      `One image, shown to \`${NETWORK}\` ${REPEATS + 1} times, with an update after each time. Its error:`,
      table(
        ['rate', 'at first', ...Array.from({ length: REPEATS }, (_, index) => `after ${index + 1}`)],
        repeats.map(([rate, errors]) => [brief(rate), ...errors]),
        Array.from({ length: REPEATS + 2 }, (_, index) => index),
      ),
      `The last layer alone shows why. With outputs \`W h + b\` an update multiplies that image's error by \`1 - rate * (|h|^2 + 1)\`. Here h is 86 tanh, so \`|h|^2\` is up to 86, and a rate above \`2 / 87\` = ${brief(2 / 87)} can already be too much; the layers before add to it.`,
      `The same network over ${count(seen)} images, once, an update after each:`,
      table(
        ['rate', 'mean error', 'accuracy while training'],
        scanned.map(([rate, outcome]) => [brief(rate), ...resultOf(outcome)]),
        [0, 1, 2],
      ),
      ...(failure === undefined
        ? []
        : [
            `A run that explodes stops, names the step and the layer where it began, and keeps the last good weights. With the rate ${brief(TOO_HIGH)}:`,
            code('text', failure),
          ]),
      'What helps, in this order:',
      list([
        'A lower rate: a tenth, as the message says.',
        `A bound on the gradient, \`compile({ clipping: { globalNorm: 1 } })\`: at the rate ${brief(TOO_HIGH)} ${inWords(clipped)}.`,
        `Outputs that have bounds, as those of a softmax with the cross-entropy: with \`lenet5\` at the rate ${brief(TOO_HIGH)} ${inWords(bounded)}.`,
      ]),
      `The post's rate is ${brief(learningRate)}, and a slightly higher one exploded. With an update after each image ours is far from that. Where gradients are added up over a batch, though, it is the rate times the batch that counts: ${brief(learningRate)} over 100 images is the ${brief(100 * learningRate)} of a mean.`,
    ],
  };
}
