import { sumOfSquaredErrors } from '../losses/regression';
import { sgd } from '../optimizers/optimizer';
import { accuracyOf, type PostRun } from './four-networks';
import type { Laboratory, Outcome } from './laboratory';
import { brief, table } from './markdown';
import { POST_EPOCHS, POST_PARTS, postOf } from './post';
import type { Section } from './section';

const BATCH_SIZE = 16;

/** A network of the post, trained in batches. */
export interface BatchRuns {
  /** With the post's rate on the sum of a batch's gradients. */
  readonly summed: Outcome;
  /** With the rate that comes to the same on their mean. */
  readonly larger: Outcome;
  /** With the post's rate on their mean. */
  readonly mean: Outcome;
}

const { network: NETWORK, learningRate: RATE } = postOf('lenet5-first');

/** Trains the network in batches, in three ways. */
export async function runBatches(laboratory: Laboratory): Promise<BatchRuns> {
  const inBatches = (title: string, reduction: 'sum' | 'mean', learningRate: number): Promise<Outcome> =>
    laboratory.train({
      title: `${NETWORK}, ${title}`,
      network: NETWORK,
      parts: POST_PARTS,
      training: { loss: sumOfSquaredErrors({ reduction }), optimizer: sgd({ learningRate }) },
      fit: { epochs: POST_EPOCHS, batchSize: BATCH_SIZE },
    });
  return {
    summed: await inBatches('gradients added up', 'sum', RATE),
    larger: await inBatches('mean gradient, larger rate', 'mean', RATE * BATCH_SIZE),
    mean: await inBatches('mean gradient', 'mean', RATE),
  };
}

/** What a batch is worth whose gradients are added up, and one whose mean is taken. */
export function sumsAndMeans(runs: readonly PostRun[], { summed, larger, mean }: BatchRuns): Section {
  const single = runs.find(({ post }) => post.network === NETWORK)?.asThere;
  return {
    title: 'A sum over the batch, or a mean',
    blocks: [
      `The post adds up the gradients of a batch and takes the rate times the sum. Most libraries, this one too, take the mean. With batches of B images the sum moves the weights B times as far, so a rate of ${brief(RATE)} there is B times ${brief(RATE)} here. It is the first thing to agree on before two programs are compared. \`${NETWORK}\`, ${POST_EPOCHS} epochs:`,
      table(
        ['images a step', 'gradient', 'rate', 'test accuracy'],
        [
          ['1', 'of the image', brief(RATE), single ? accuracyOf(single) : 'not run'],
          [String(BATCH_SIZE), 'sum', brief(RATE), accuracyOf(summed)],
          [String(BATCH_SIZE), 'mean', brief(RATE * BATCH_SIZE), accuracyOf(larger)],
          [String(BATCH_SIZE), 'mean', brief(RATE), accuracyOf(mean)],
        ],
        [0, 2, 3],
      ),
      'Sum and mean with the rate to match are the same training but for rounding. Steps that follow after each image are nearly the same, too, while the rate is small. A mean with the rate of a sum is just slow.',
    ],
  };
}
