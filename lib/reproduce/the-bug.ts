import { linearize } from '../layers/flatten';
import { sumOfSquaredErrors } from '../losses/regression';
import { sgd } from '../optimizers/optimizer';
import { checkNetwork, verdictOf, verdictTable, worstOf } from './checked-gradients';
import { accuracyOf } from './four-networks';
import { type Laboratory, type Outcome, type PostNetworkName, picksOf } from './laboratory';
import { brief, code, count, list, percent, table } from './markdown';
import { POST_EPOCHS, POST_PARTS, postOf, postTraining } from './post';
import { comparisonPicture, type Section } from './section';
import { rootMeanSquare } from './sizes';
import { silentLinearize, WRONG_LINEARIZE_SOURCE, wrongLinearize } from './wrong-linearize';

const NETWORKS: readonly PostNetworkName[] = ['one-conv', 'lenet5-first', 'lenet5'];

const LINEARIZES = { right: linearize, wrong: wrongLinearize, silent: silentLinearize } as const;

/** So many images each network sees, once. */
const IMAGES = 10_000;

/** So many test images it is shown then. */
const LOOKED_AT = 1000;

/** Batches whose gradients are added up, with the bug. */
const BATCHES = [16, 64, 100, 128];

/** After so many images the network with the bug is looked at. */
const MOMENTS = [0, 100, 300, 1000, 3000, 10_000];

/** Half the squared error of one image where every output is 0.1, the share of each digit. */
const KNOWING_NOTHING = (0.9 ** 2 + 9 * 0.1 ** 2) / 2;

/** A network at a moment of its training. */
interface Moment {
  readonly images: number;
  readonly error: number;
  readonly accuracy: number;
  /** How large the numbers are that come to the Linearize, as the root of their mean square. */
  readonly output: number;
}

type Trained = Readonly<Record<keyof typeof LINEARIZES, Outcome>>;

/** Trains a network with the right linearize, with the bug, and without any gradient. */
async function trainThree(laboratory: Laboratory, network: PostNetworkName): Promise<Trained> {
  const post = postOf(network);
  const train = (kind: keyof typeof LINEARIZES): Promise<Outcome> =>
    laboratory.train({
      title: `${network}, ${kind} linearize`,
      network,
      parts: { ...POST_PARTS, linearize: LINEARIZES[kind] },
      images: IMAGES,
      training: postTraining(post),
      fit: { epochs: 1, batchSize: 1 },
    });
  return { right: await train('right'), wrong: await train('wrong'), silent: await train('silent') };
}

/** Trains `one-conv` with the bug, with the gradients of a batch added up, or with their mean and a rate that comes to the same. */
function trainBatches(laboratory: Laboratory, batchSize: number, reduction: 'sum' | 'mean'): Promise<Outcome> {
  const { learningRate } = postOf('one-conv');
  return laboratory.train({
    title: `one-conv, wrong linearize, ${reduction} over ${count(batchSize)}`,
    network: 'one-conv',
    parts: { ...POST_PARTS, linearize: wrongLinearize },
    training: {
      loss: sumOfSquaredErrors({ reduction }),
      optimizer: sgd({ learningRate: reduction === 'sum' ? learningRate : learningRate * batchSize }),
    },
    fit: { epochs: POST_EPOCHS, batchSize },
  });
}

/** Follows a network with the bug, and what comes to its Linearize. */
async function followBug(laboratory: Laboratory, network: PostNetworkName): Promise<readonly Moment[]> {
  const { train, test } = laboratory.data('mnist');
  const parts = { ...POST_PARTS, linearize: wrongLinearize };
  const model = laboratory.model(network, parts).compile(laboratory.compiled(postTraining(postOf(network))));
  try {
    const moments: Moment[] = [];
    for (const images of MOMENTS.filter((moment) => moment <= train.count)) {
      const before = moments.at(-1)?.images ?? 0;
      if (images > before) await model.fit(train.slice(before, images), { batchSize: 1, shuffle: false });
      const { loss, accuracy } = await model.evaluate(test);
      const front = laboratory.front(model, network, parts, wrongLinearize.kind);
      front.compile(laboratory.compiled({ loss: 'sse' }));
      const { data } = await front.predict(test.take(Math.min(LOOKED_AT, test.count)));
      front.dispose();
      moments.push({ images, error: loss, accuracy, output: rootMeanSquare(data) });
      laboratory.checkGoing();
    }
    return moments;
  } finally {
    model.dispose();
  }
}

/** The bug of the post: what the gradient check says of it, and what it does to training. */
export async function theBug(laboratory: Laboratory): Promise<Section> {
  const report = await checkNetwork(laboratory, 'lenet5-first', { linearize: wrongLinearize });
  const trained = new Map<PostNetworkName, Trained>();
  for (const network of NETWORKS) trained.set(network, await trainThree(laboratory, network));
  const oneConv = await followBug(laboratory, 'one-conv');
  const lenet5First = await followBug(laboratory, 'lenet5-first');
  const batches = new Map<number, readonly [Outcome, Outcome]>();
  for (const size of BATCHES) {
    batches.set(size, [await trainBatches(laboratory, size, 'sum'), await trainBatches(laboratory, size, 'mean')]);
  }
  const seen = Math.min(IMAGES, laboratory.data('mnist').train.count);
  const worst = worstOf(report);
  return {
    title: 'The bug',
    blocks: [
      'The Linearize layer lays an image out as a row of numbers. In its backward step it handed back its own *output* instead of the error that came in:',
      code('ts', WRONG_LINEARIZE_SOURCE),
      `Of \`lenet5-first\` with this layer ${verdictOf(report)}:${worst ? ` ${worst.charAt(0).toLowerCase()}${worst.slice(1)}` : ''}`,
      verdictTable(report),
      'Each layer is checked by itself, so the verdict of a layer is about that layer alone. The last rows, of the whole network, show how far the damage goes: every weight before the wrong layer, none behind it. `laminet gradcheck ./my-network.mjs` prints such a table for your own network.',
      `**What it does.** Each network saw ${count(seen)} images once, with the post's settings: with the right layer, with the wrong one, and with one that hands back zeros, so that nothing before it is trained at all. Test accuracy:`,
      table(
        ['network', 'right', 'wrong', 'zeros', `wrong, random picks of ${picksOf(seen)} images`],
        [...trained].map(([network, { right, wrong, silent }]) => [
          network,
          accuracyOf(right),
          accuracyOf(wrong),
          accuracyOf(silent),
          pickedRange(wrong),
        ]),
        [1, 2, 3, 4],
      ),
      ...[...trained]
        .filter(([network]) => postOf(network).loss === 'sse')
        .map(([network, { right, wrong, silent }]) =>
          comparisonPicture(`${network}-bug`, `${network} with the bug`, 'sse', [
            ['right', right],
            ['wrong', wrong],
            ['zeros', silent],
          ]),
        ),
      'A wrong gradient is worse than none. The output y is the gradient of `sum y^2 / 2`: handing it back trains everything before the layer to make its own output *small*, whatever the digit. The convolution before it obeys. How large its output is, as the root of its mean square over test images, and how the whole network does:',
      table(
        ['images seen', 'one-conv: output', 'error', 'accuracy', 'lenet5-first: output', 'error', 'accuracy'],
        oneConv.map((moment, index) => [
          count(moment.images),
          ...momentCells(moment),
          ...momentCells(lenet5First[index] as Moment),
        ]),
        [0, 1, 2, 3, 4, 5, 6],
      ),
      'Once the convolution is silent, the layers behind it see the same for every digit, and can only learn how often each digit comes.',
      list([
        `**The error that stays at 50 or 52.** A network that knows nothing and puts out 0.1 everywhere has an error of ${KNOWING_NOTHING.toFixed(2)} an image; one that puts out zeros has 0.50. Over 100 images that is 45 to 50, which is where the post's error stays. We take it that its error is a sum over about 100 images; the post does not say so.`,
        '**The 30 to 40 % of `lenet5-first`.** A filter of `one-conv` is handed 784 wrong errors an image, one for each of its places; the last convolution of `lenet5-first` has a single place, and does not fall as silent. The layers behind it learn something from what is left.',
        '**The 51 % of `one-conv`** are more than the bug leaves where each image is an update. Large batches can do it, next.',
      ]),
      `**The bug in batches.** The post adds up the gradients of a batch; it does not tell of how many images. \`one-conv\` with the bug and the post's rate, ${POST_EPOCHS} epochs; the sum of a batch's gradients, and their mean with a rate as many times as large, which is the same but for rounding:`,
      table(
        ['images a step', 'sum: random picks', 'test accuracy', 'mean: random picks', 'test accuracy'],
        [...batches].map(([size, [one, other]]) => [
          count(size),
          pickedRange(one),
          accuracyOf(one),
          pickedRange(other),
          accuracyOf(other),
        ]),
        [0, 1, 2, 3, 4],
      ),
      comparisonPicture(
        'one-conv-bug-batches',
        'one-conv with the bug, means of batches',
        'sse',
        BATCHES.slice(-3).map((size) => [`batches of ${size}`, batches.get(size)?.[1] as Outcome]),
      ),
      'With small batches the convolution falls silent and stays so. Where a step is a sum over about a hundred images it can be too long for that: the filters are thrown from one side to the other, the layers behind them learn for a while what they let through, and lose it again. What comes of it hangs on roundings: two trainings that are the same but for these may differ by tens of percent, at their best moments and at their ends. The post tells of an accuracy that jumps, and of 51 % at the end. An error of 50 is what a sum over a hundred images would be, too, and a rate that explodes when it is slightly raised is what question 3 finds for such a sum. So its batches may have been about so large; we do not know, and we do not get its 51 %.',
    ],
  };
}

const momentCells = ({ output, error, accuracy }: Moment): string[] => [
  brief(output, 2),
  error.toFixed(3),
  percent(accuracy),
];

/** The least and the greatest accuracy of the looks at random picks. */
function pickedRange({ curves }: Outcome): string {
  const accuracies = curves.find(({ name }) => name === 'evaluation')?.points.map(({ accuracy }) => accuracy) ?? [];
  if (accuracies.length === 0) return 'none';
  const whole = (share: number): string => `${Math.round(100 * share)}`;
  return `${whole(Math.min(...accuracies))} to ${whole(Math.max(...accuracies))} %`;
}
