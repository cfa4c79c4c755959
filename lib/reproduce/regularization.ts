import type { Model } from '../model/model';
import { sgd } from '../optimizers/optimizer';
import { l2, type Regularizer } from '../regularizers/regularizer';
import type { Laboratory } from './laboratory';
import { brief, code, count, list, percent, table } from './markdown';
import { POST_PARTS } from './post';
import type { Section } from './section';

const NETWORK = 'lenet5';
/** Few images, often seen: a network can learn them by heart. */
const IMAGES = 2000;
const EPOCHS = 20;
const BATCH_SIZE = 16;
const RATE = 0.2;
const LAMBDAS = [0, 1e-4, 1e-3, 1e-2, 1e-1] as const;

/** In one update, to be looked at. */
const SHOWN = { lambda: 0.01, rate: 0.1, weight: 'dense_1.weight', bias: 'dense_1.bias', elements: [0, 1, 2] } as const;

/** The parameters behind one update from one image, in double precision. */
async function updatedOnce(laboratory: Laboratory, regularizer: Regularizer | undefined): Promise<Model> {
  const model = laboratory.model(NETWORK, POST_PARTS).compile({
    loss: 'crossEntropy',
    optimizer: sgd({ learningRate: SHOWN.rate }),
    ...(regularizer && { regularizer }),
    backend: 'reference',
    precision: 'float64',
  });
  await model.trainOnBatch(laboratory.data('mnist').train.slice(0, 1));
  return model;
}

/** What a penalty adds to the gradient, measured. */
async function addedToGradient(laboratory: Laboratory): Promise<{ weights: string; biasesDiffer: boolean }> {
  const { lambda, rate, weight, bias, elements } = SHOWN;
  const plain = await updatedOnce(laboratory, undefined);
  const penalized = await updatedOnce(laboratory, l2(lambda));
  const start = laboratory.model(NETWORK, POST_PARTS).compile({
    loss: 'crossEntropy',
    backend: 'reference',
    precision: 'float64',
  });
  try {
    const [first, without, withPenalty] = [start, plain, penalized].map((model) => model.parameter(weight));
    const rows = elements.map((element) => {
      const value = first?.[element] ?? Number.NaN;
      const added = ((without?.[element] ?? Number.NaN) - (withPenalty?.[element] ?? Number.NaN)) / rate;
      return [`${weight}[${element}]`, brief(value, 6), brief(added, 6), brief(lambda * value, 6)];
    });
    const [biases, others] = [plain.parameter(bias), penalized.parameter(bias)];
    return {
      weights: table(['weight', 'w', 'added to its gradient', 'lambda * w'], rows, [1, 2, 3]),
      biasesDiffer: biases.some((value, index) => value !== others[index]),
    };
  } finally {
    for (const model of [plain, penalized, start]) model.dispose();
  }
}

/** The size of all weights of a network, without biases. */
function weightSize(model: Model): number {
  let squares = 0;
  for (const { name, spec } of model.graph.parameters) {
    if (spec.kind === 'weight') for (const value of model.parameter(name)) squares += value * value;
  }
  return Math.sqrt(squares);
}

/** Should there be a regularization term: which formula, which layers, how does it enter the gradient? */
export async function regularization(laboratory: Laboratory): Promise<Section> {
  const seen = Math.min(IMAGES, laboratory.data('mnist').train.count);
  const rows: string[][] = [];
  for (const lambda of LAMBDAS) {
    let size = 0;
    const { epochs, test } = await laboratory.train({
      title: `${NETWORK}, l2(${lambda})`,
      network: NETWORK,
      parts: POST_PARTS,
      images: IMAGES,
      training: { loss: 'crossEntropy', optimizer: sgd({ learningRate: RATE }), regularizer: l2(lambda) },
      fit: { epochs: EPOCHS, batchSize: BATCH_SIZE },
      watch: (model) => {
        size = weightSize(model);
      },
    });
    const last = epochs.at(-1);
    rows.push([
      brief(lambda),
      last ? brief(last.loss) : '',
      last?.penalty === undefined ? 'none' : brief(last.penalty),
      brief(size),
      last ? percent(last.accuracy) : '',
      test ? percent(test.accuracy) : 'exploded',
    ]);
  }
  const added = await addedToGradient(laboratory);
  return {
    title: '5. Should there be a regularization term?',
    blocks: [
      'It helps where a network has more weights than the images can pin down.',
      list([
        '**Which formula:** `penalty = lambda / 2 * sum w^2`, called l2. With it training makes `error + penalty` small.',
        '**Which layers:** the weights of all layers, convolutions and dense ones alike; not the biases, of which there are few and which do not make a network steep.',
        '**How it enters the gradient:** `lambda * w` is added to the gradient of each weight w, once an update, whatever the size of the batch. With a rate r each weight shrinks by the factor `1 - r * lambda` before the step.',
      ]),
      code(
        'ts',
        `import { l2, networkModel } from 'laminet';\nnetworkModel('lenet5').compile({ loss: 'crossEntropy', regularizer: l2(1e-3) });`,
      ),
      `One update of \`${NETWORK}\` from one image, with \`l2(${SHOWN.lambda})\` and without, in double precision. What the penalty has added to the gradients, measured on the weights behind the update, beside the formula:`,
      added.weights,
      added.biasesDiffer ? 'The biases differ, too.' : 'The biases of both are the same, bit for bit.',
      `\`${NETWORK}\` trained on only ${count(seen)} images for ${EPOCHS} epochs, rate ${brief(RATE)}, batches of ${BATCH_SIZE}. The error of the data and the penalty are reported side by side, so that errors stay comparable:`,
      table(
        ['lambda', 'error of the data', 'penalty', 'length of all weights', 'accuracy while training', 'test accuracy'],
        rows,
        [0, 1, 2, 3, 4, 5],
      ),
      'The larger lambda, the shorter the weights and the less the network learns by heart; too large, and it learns nothing else either.',
    ],
  };
}
