import { linearize } from '../layers/flatten';
import { firstDifference } from '../model/first-difference';
import type { ModelOptions } from '../model/model';
import { accuracyOf, type PostRun, titleOf } from './four-networks';
import type { Laboratory } from './laboratory';
import { brief, code, list, table } from './markdown';
import { POST_PARTS, postOf, postTraining } from './post';
import type { Section } from './section';
import { wrongLinearize } from './wrong-linearize';

/** What a network's numbers are at each moment: by moment, then by tensor. */
type Trace = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

const NETWORK = 'one-conv';
const WORDS = ['first', 'second'] as const;

/** The outputs before, and the parameters after, the update for each of the first two images. */
async function traceSteps(
  laboratory: Laboratory,
  layer: typeof linearize,
  overrides: Partial<ModelOptions> = {},
): Promise<Trace> {
  const { train } = laboratory.data('mnist');
  const model = laboratory.model(NETWORK, { ...POST_PARTS, linearize: layer });
  try {
    model.compile({ ...laboratory.compiled(postTraining(postOf(NETWORK))), ...overrides });
    const trace: Record<string, Record<string, readonly number[]>> = {};
    for (const [index, word] of WORDS.entries()) {
      const image = train.slice(index, index + 1);
      trace[`${word} image, forward`] = { outputs: [...(await model.predict(image)).data] };
      await model.trainOnBatch(image);
      trace[`${word} image, updated`] = Object.fromEntries(
        model.graph.parameters.map(({ name }) => [name, [...model.parameter(name)]]),
      );
    }
    return trace;
  } finally {
    model.dispose();
  }
}

const largestDifference = (a: readonly number[], b: readonly number[] = []): number =>
  a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? Number.NaN))), 0);

/** A row a moment and tensor: how far the right network and the wrong one are from the reference. */
function differenceTable(reference: Trace, right: Trace, wrong: Trace): string {
  const rows = Object.entries(reference).flatMap(([moment, tensors]) =>
    Object.entries(tensors).map(([tensor, values], index) => [
      index === 0 ? moment : '',
      tensor,
      brief(largestDifference(values, right[moment]?.[tensor]), 2),
      brief(largestDifference(values, wrong[moment]?.[tensor]), 2),
    ]),
  );
  return table(['moment', 'numbers', 'the right network', 'the one with the bug'], rows, [2, 3]);
}

/** Why does the plain network beat the convolutional one, and what can be compared, step by step? */
export async function stepByStep(laboratory: Laboratory, runs: readonly PostRun[]): Promise<Section> {
  const reference = await traceSteps(laboratory, linearize, { backend: 'reference', precision: 'float64' });
  const right = await traceSteps(laboratory, linearize);
  const wrong = await traceSteps(laboratory, wrongLinearize);
  const difference = firstDifference(right, wrong);
  laboratory.report(`${NETWORK}, step by step: the first difference is at ${difference?.path ?? 'no place'}`);
  const ranked = runs
    .filter(({ post }) => post.data === 'mnist')
    .sort((a, b) => (a.asThere.test?.accuracy ?? 0) - (b.asThere.test?.accuracy ?? 0));
  return {
    title: '2. Why does the plain network beat the convolutional one?',
    blocks: [
      `Because of the bug. With right gradients and the post's settings, from the worst to the best:`,
      list(ranked.map(({ post, asThere }) => `\`${titleOf(post)}\`: ${accuracyOf(asThere)}`)),
      `**Step by step.** \`${NETWORK}\` from the same first weights, shown the first two images of the training set, an update after each: outputs of the forward pass, and all weights and biases behind the update. Three programs: the reference, plain loops in double precision (\`compile({ backend: 'reference', precision: 'float64' })\`); the same network on the default backend; and that with the bug. The largest difference from the reference, number by number:`,
      differenceTable(reference, right, wrong),
      difference
        ? `Between the right network and the wrong one the first number that differs is`
        : 'Between the right network and the wrong one no number differs.',
      ...(difference
        ? [
            code('text', `${difference.path}: ${String(difference.first)} and ${String(difference.second)}`),
            'So the forward pass of the first image is the same in both, and the update of the convolution is not, while all layers behind the Linearize agree: the mistake lies in the backward step between them. That is how to compare with a program that is trusted: same weights, one image, and the first number that differs.',
          ]
        : []),
    ],
  };
}
