import { bestOf } from './best';
import type { Laboratory, Outcome } from './laboratory';
import { brief, count, duration, list, percent, table } from './markdown';
import { POST, POST_EPOCHS, POST_FIT, POST_PARTS, type PostNetwork, postTraining } from './post';
import { curvesPicture, type Picture, type Section } from './section';

/** A network of the post, trained as there and as well as we can. */
export interface PostRun {
  readonly post: PostNetwork;
  readonly asThere: Outcome;
  readonly best: Outcome;
}

const DATA_TITLES = { mnist: 'MNIST', cifar10: 'CIFAR-10' } as const;

/** The name of a run: the network, and the data where they are not MNIST. */
export function titleOf({ network, data }: PostNetwork): string {
  return data === 'mnist' ? network : `${network} on ${DATA_TITLES[data]}`;
}

/** Trains all networks of the post for which there are data. */
export async function runPost(laboratory: Laboratory): Promise<readonly PostRun[]> {
  const runs: PostRun[] = [];
  for (const post of POST.filter(({ data }) => laboratory.has(data))) {
    const { network, data } = post;
    const shared = { network, data, parts: POST_PARTS };
    const asThere = await laboratory.train({
      ...shared,
      title: `${titleOf(post)}, the post's settings`,
      training: postTraining(post),
      fit: POST_FIT,
    });
    const { training, fit } = bestOf(post);
    const best = await laboratory.train({ ...shared, title: `${titleOf(post)}, our settings`, training, fit });
    runs.push({ post, asThere, best });
  }
  return runs;
}

/** The accuracy that a training ended with, or that it did not come to an end. */
export function accuracyOf({ test }: Outcome): string {
  return test ? percent(test.accuracy) : 'exploded';
}

/** The post's figures beside ours. */
export function fourNetworks(laboratory: Laboratory, runs: readonly PostRun[]): Section {
  const { train, test } = laboratory.data('mnist');
  return {
    title: 'The four networks',
    blocks: [
      table(
        [
          'network',
          'the post: test accuracy',
          'time',
          "ours, the post's settings",
          'time',
          'ours, our settings',
          'time',
        ],
        runs.map(({ post, asThere, best }) => [
          titleOf(post),
          post.accuracy,
          post.time,
          accuracyOf(asThere),
          duration(asThere.seconds),
          accuracyOf(best),
          duration(best.seconds),
        ]),
        [3, 4, 5, 6],
      ),
      'Times are those of the training steps alone. The accuracy is that of the test set after the last epoch.',
      "With the post's settings ours differs from the post, and why:",
      list(runs.map(differenceOf)),
      "**The post's settings**, as we read them:",
      list([
        `${POST_EPOCHS} epochs of plain gradient descent, \`weight -= rate * gradient\`, with an update after each image; the rate is ${rates(runs)}. A batch that only adds up gradients comes to the same, as the next table shows.`,
        'Half the sum of squared errors, `sum (y - t)^2 / 2`, for the first three networks; for `lenet5` the logistic error over its ten softmax outputs, `-sum t log y + (1 - t) log (1 - y)`.',
        'First weights "Xavier (2 / volume)": normal with variance 2 / (inputs that one output sees), here `kernelInitializer: \'xavier\'`. Biases start at zero.',
        `Pixels / 255; images of MNIST with 2 zeros on every side, 1x32x32. ${count(train.count)} images to train, ${count(test.count)} to test.`,
      ]),
      "**Our settings**: the same networks with the same first weights; AdamW in batches of 64, the rate rising and falling in one cycle; cross-entropy, which needs no softmax at the network's end:",
      table(
        ['network', 'settings'],
        runs.map(({ post }) => [titleOf(post), bestOf(post).description]),
      ),
      "**The curves** of the post's settings, error and accuracy against images seen, as the post draws them:",
      ...runs.map(({ post, asThere }): Picture => {
        const file = post.data === 'mnist' ? post.network : `${post.network}-${post.data}`;
        return curvesPicture(file, titleOf(post), post.loss, asThere);
      }),
    ],
  };
}

/** Where ours lies beside the post's, and the reason. */
function differenceOf({ post, asThere }: PostRun): string {
  const name = `\`${post.network}\`${post.data === 'mnist' ? '' : ` on ${DATA_TITLES[post.data]}`}`;
  if (!asThere.test) return `${name}: ours exploded.`;
  const { accuracy } = asThere.test;
  const [least, greatest] = post.range;
  const points = (share: number): string => `${(100 * share).toFixed(1)} points`;
  const place =
    accuracy > greatest
      ? `${points(accuracy - greatest)} above the post`
      : accuracy < least
        ? `${points(least - accuracy)} below the post`
        : 'where the post is';
  return `${name}: ${percent(accuracy)} is ${place}; ${post.reason}.`;
}

/** `0.001 for two-layer and lenet5, ...` */
function rates(runs: readonly PostRun[]): string {
  const different = [...new Set(runs.map(({ post }) => post.learningRate))];
  const networks = (rate: number): string => {
    const names = runs.filter(({ post }) => post.learningRate === rate).map(({ post }) => `\`${post.network}\``);
    return [...new Set(names)].join(' and ');
  };
  return different.map((rate) => `${brief(rate)} for ${networks(rate)}`).join(', ');
}
