import { partialConv2d } from '../layers/partial-conv2d';
import type { ModelOptions } from '../model/model';
import type { NetworkParts } from '../networks/parts';
import { adam } from '../optimizers/adam';
import { adadelta, adagrad, rmsprop } from '../optimizers/adaptive';
import { sgd } from '../optimizers/optimizer';
import { accuracyOf, type PostRun } from './four-networks';
import type { Laboratory, Outcome } from './laboratory';
import { duration, percent, table } from './markdown';
import { POST_EPOCHS, POST_PARTS } from './post';
import { comparisonPicture, type Section } from './section';

const NETWORK = 'lenet5';
const BATCH_SIZE = 16;

/** Something to try next. */
interface Step {
  readonly title: string;
  readonly training: ModelOptions;
  readonly batchSize: number;
  readonly parts?: NetworkParts;
}

/** The table of the paper's second convolution. */
const paperConnections: Required<NetworkParts>['secondConvolution'] = (options) =>
  partialConv2d({ ...options, connections: 'lenet5-c3' });

/** Cross-entropy with an optimizer, in batches. */
function withCrossEntropy(title: string, optimizer: ModelOptions['optimizer'] & object, batchSize = BATCH_SIZE): Step {
  return { title, training: { loss: 'crossEntropy', optimizer }, batchSize };
}

/** Of each optimizer the rate that is usual for it: none was looked for. */
const STEPS = {
  errors: [withCrossEntropy('cross-entropy, rate 0.001', sgd({ learningRate: 0.001 }), 1)],
  batches: [
    withCrossEntropy('sgd, rate 0.2, batches of 16', sgd({ learningRate: 0.2 }), 16),
    withCrossEntropy('sgd, rate 0.4, batches of 64', sgd({ learningRate: 0.4 }), 64),
    withCrossEntropy('sgd, rate 0.8, batches of 256', sgd({ learningRate: 0.8 }), 256),
  ],
  optimizers: [
    withCrossEntropy('momentum 0.9, rate 0.02', sgd({ learningRate: 0.02, momentum: 0.9 })),
    withCrossEntropy('Nesterov 0.9, rate 0.02', sgd({ learningRate: 0.02, momentum: 0.9, nesterov: true })),
    withCrossEntropy('Adagrad, rate 0.01', adagrad({ learningRate: 0.01 })),
    withCrossEntropy('RMSprop, rate 0.001', rmsprop({ learningRate: 0.001 })),
    withCrossEntropy('Adadelta, rate 1', adadelta({ learningRate: 1 })),
    withCrossEntropy('Adam, rate 0.001', adam({ learningRate: 0.001 })),
  ],
  connections: [
    {
      ...withCrossEntropy("sgd, rate 0.2, batches of 16, the paper's connections", sgd({ learningRate: 0.2 })),
      parts: { secondConvolution: paperConnections },
    },
  ],
} as const satisfies Record<string, readonly Step[]>;

type Tried = readonly (readonly [title: string, outcome: Outcome])[];

const POST_TITLE = "the post's: logistic error, rate 0.001";

async function tryAll(laboratory: Laboratory, steps: readonly Step[]): Promise<Tried> {
  const tried: [string, Outcome][] = [];
  for (const step of steps) {
    const { title, training, batchSize, parts } = step;
    const outcome = await laboratory.train({
      title: `${NETWORK}, ${title}`,
      network: NETWORK,
      parts: { ...POST_PARTS, ...parts },
      training,
      fit: { epochs: POST_EPOCHS, batchSize },
    });
    tried.push([title, outcome]);
  }
  return tried;
}

function results(tried: Tried): string {
  return table(
    ['settings', 'test accuracy after epoch 1', `after epoch ${POST_EPOCHS}`, 'time'],
    tried.map(([title, outcome]) => [
      title,
      percent(outcome.epochs[0]?.validation?.accuracy ?? Number.NaN),
      accuracyOf(outcome),
      duration(outcome.seconds),
    ]),
    [1, 2, 3],
  );
}

/** The numbers that the second convolution is made of, with all connections and with the paper's. */
function secondConvolutionSizes(laboratory: Laboratory): readonly [all: number, paper: number] {
  const sizeOf = (parts: NetworkParts): number => {
    const model = laboratory.model(NETWORK, parts);
    const kernels = model.graph.parameters.filter(({ spec }) => spec.kind === 'weight');
    model.dispose();
    return kernels[1]?.size ?? 0;
  };
  return [sizeOf({}), sizeOf({ secondConvolution: paperConnections })];
}

/** What next: the advice that was given, each piece of it tried. */
export async function nextSteps(laboratory: Laboratory, runs: readonly PostRun[]): Promise<Section> {
  const asThere = runs.filter(({ post }) => post.network === NETWORK && post.data === 'mnist');
  const errors = await tryAll(laboratory, STEPS.errors);
  const batches = await tryAll(laboratory, STEPS.batches);
  const optimizers = await tryAll(laboratory, STEPS.optimizers);
  const connections = await tryAll(laboratory, STEPS.connections);
  const [all, paper] = secondConvolutionSizes(laboratory);
  const drawn = ['Nesterov', 'Adagrad', 'RMSprop', 'Adam,'];
  return {
    title: '6. What next?',
    blocks: [
      `The advice was: cross-entropy; Adagrad, RMSprop, Nesterov; whole batches as vectors; and there is the connection table of the paper, which the post left out. Each was tried on \`${NETWORK}\` and MNIST, ${POST_EPOCHS} epochs.`,
      '**Cross-entropy**, `-sum t log y`. Behind a softmax its gradient is `y - t`: largest where the network is sure and wrong. The logistic error takes each of the ten outputs for a question of its own, and adds the other nine answers; so at the same rate its gradient is the larger one:',
      results([...asThere.map(({ asThere: outcome }) => [POST_TITLE, outcome] as const), ...errors]),
      '**Whole batches.** With the mean over a batch, the rate may grow with it. An epoch takes less time in batches than image by image, as above: a batch fills the vector units and threads of the processor, and its weights are read and written once.',
      results(batches),
      `**Optimizers.** Batches of ${BATCH_SIZE}; for each the rate that is usual for it, none was looked for:`,
      results(optimizers),
      comparisonPicture(
        'optimizers',
        'four optimizers',
        'crossEntropy',
        optimizers
          .filter(([title]) => drawn.some((name) => title.startsWith(name)))
          .map(([title, outcome]) => [title.split(/[ ,]/)[0] ?? title, outcome]),
      ),
      `**The paper's connections.** Table I of LeCun et al. 1998 has each map of the second convolution see some of the six maps before it: ${paper.toLocaleString('en-US')} weights in place of ${all.toLocaleString('en-US')}. The layer is \`partialConv2d({ connections: 'lenet5-c3', kernelSize: 5 })\`:`,
      results([...batches.slice(0, 1), ...connections]),
      "The paper's reasons were the time of the machines of 1998, and that maps which see different things learn different things. The whole network of the paper is `laminet train lenet5-1998`.",
    ],
  };
}
