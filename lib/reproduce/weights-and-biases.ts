import { varianceScaling } from '../initializers/variance-scaling';
import type { Model } from '../model/model';
import { accuracyOf } from './four-networks';
import type { Laboratory } from './laboratory';
import { brief, table } from './markdown';
import { POST_FIT, POST_PARTS, postOf, postTraining } from './post';
import type { Section } from './section';
import { rootMeanSquare } from './sizes';

const NETWORK = 'lenet5';

/** The size of each parameter of a network. */
function sizesOf(model: Model): ReadonlyMap<string, number> {
  return new Map(model.graph.parameters.map(({ name }) => [name, rootMeanSquare(model.parameter(name))]));
}

/** How far the first weights are from 0, in parts of the post's. */
const SCALES = [0.1, 1, 10] as const;

/** Should weights be normalized? Are biases updated, too? */
export async function weightsAndBiases(laboratory: Laboratory): Promise<Section> {
  const post = postOf(NETWORK);
  const sizes = { before: new Map() as ReadonlyMap<string, number>, after: new Map() as ReadonlyMap<string, number> };
  const rows: string[][] = [];
  for (const scale of SCALES) {
    // The variance of POST_PARTS is 2 / inputs.
    const kernelInitializer = varianceScaling({ scale: 2 * scale ** 2, mode: 'fanIn', distribution: 'normal' });
    const outcome = await laboratory.train({
      title: `${NETWORK}, first weights times ${scale}`,
      network: NETWORK,
      parts: { ...POST_PARTS, kernelInitializer },
      training: postTraining(post),
      fit: { ...POST_FIT, epochs: 1 },
      watch: (model, moment) => {
        if (scale === 1) sizes[moment] = sizesOf(model);
      },
    });
    rows.push([scale === 1 ? "the post's" : `${scale} times the post's`, accuracyOf(outcome)]);
  }
  return {
    title: '4. Should weights be normalized? Are biases updated, too?',
    blocks: [
      `Weights are not normalized behind an update; their first values matter, and no more. Biases are updated like weights: the gradient of a bias is the sum of the errors of all outputs that it is added to. \`${NETWORK}\` with the post's settings, before the first image and after an epoch, as the root of the mean square of each tensor:`,
      table(
        ['numbers', 'before', 'after'],
        [...sizes.after].map(([name, after]) => [name, brief(sizes.before.get(name) ?? 0), brief(after)]),
        [1, 2],
      ),
      'What first weights do, an epoch each:',
      table(['first weights', 'test accuracy'], rows, [1]),
      "Too small, and all units begin alike and near 0, so that little comes through; too large, and every tanh begins at its ends, where it has no slope. What can be normalized are the values between the layers (`batchNorm`, `layerNorm`), and a bound on weights there is, too (`kernelConstraint: maxNorm(3)`); none of the post's networks needs them.",
    ],
  };
}
