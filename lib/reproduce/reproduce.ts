import { join } from 'node:path';
import { makeFolder } from '../files/folder';
import { writeWhole } from '../files/write-whole';
import { explodingError } from './exploding-error';
import { fourNetworks, runPost } from './four-networks';
import { Laboratory, type LaboratoryOptions } from './laboratory';
import { count } from './markdown';
import { nextSteps } from './next-steps';
import { type Page, PICTURE_FOLDER, toPage } from './page';
import { regularization } from './regularization';
import { rightResults } from './right-results';
import { stepByStep } from './step-by-step';
import { runBatches, sumsAndMeans } from './sums-and-means';
import { theBug } from './the-bug';
import { weightsAndBiases } from './weights-and-biases';

/** What {@link reproduce} is given. */
export interface ReproduceOptions extends LaboratoryOptions {
  /** What the digits are, for the page: `MNIST`. */
  readonly digits: string;
  /** Whether the data are only a part of the images. */
  readonly quick: boolean;
}

/**
 * Runs the networks of the post, as there and as well as we can, and what answers its six questions.
 * Errors: `E_ABORTED` when the signal stops it; those of training.
 */
export async function reproduce(options: ReproduceOptions): Promise<Page> {
  const began = performance.now();
  const laboratory = new Laboratory(options);
  const runs = await runPost(laboratory);
  const batches = await runBatches(laboratory);
  const sections = [
    fourNetworks(laboratory, runs),
    sumsAndMeans(runs, batches),
    await theBug(laboratory),
    await rightResults(laboratory, runs, batches),
    await stepByStep(laboratory, runs),
    await explodingError(laboratory),
    await weightsAndBiases(laboratory),
    await regularization(laboratory),
    await nextSteps(laboratory, runs),
  ];
  const { mnist, cifar10, seed, quick } = options;
  const sized = (name: string, { train, test }: typeof mnist): string =>
    `${name} (${count(train.count)} images to train, ${count(test.count)} to test)`;
  return toPage(sections, {
    date: new Date(),
    backend: laboratory.backend,
    seed,
    data: [sized(options.digits, mnist), ...(cifar10 ? [sized('CIFAR-10', cifar10)] : [])],
    quick,
    seconds: (performance.now() - began) / 1000,
  });
}

/** Writes the page, `the-post.md`, and its pictures in the folder `the-post` beside it; returns the page's path. Error: `E_FILE`. */
export async function writePage(folder: string, { markdown, pictures }: Page): Promise<string> {
  await makeFolder(join(folder, PICTURE_FOLDER));
  for (const { file, svg } of pictures) await writeWhole(join(folder, PICTURE_FOLDER, file), svg);
  const path = join(folder, 'the-post.md');
  await writeWhole(path, markdown);
  return path;
}
