import { crossEntropy } from '../losses/cross-entropy';
import type { FitOptions } from '../model/fit';
import type { ModelOptions } from '../model/model';
import { adamw } from '../optimizers/adam';
import { oneCycle } from '../schedules/one-cycle';
import type { PostNetwork } from './post';

/** How a network of the post is trained well. */
export interface BestSettings {
  readonly training: ModelOptions;
  readonly fit: FitOptions;
  /** The settings in a line. */
  readonly description: string;
}

interface Numbers {
  /** The highest of the cycle. */
  readonly rate: number;
  readonly decay: number;
  readonly epochs: number;
}

const BATCH_SIZE = 64;

/** The best of a few that were tried on the last 10,000 images of the training set, which were left out of training then. */
function numbersOf({ network, data }: PostNetwork): Numbers {
  if (data === 'cifar10') return { rate: 0.005, decay: 0.05, epochs: 8 };
  return {
    'two-layer': { rate: 0.01, decay: 0.1, epochs: 8 },
    'one-conv': { rate: 0.003, decay: 0.1, epochs: 4 },
    'lenet5-first': { rate: 0.003, decay: 0.1, epochs: 8 },
    lenet5: { rate: 0.01, decay: 0.1, epochs: 8 },
  }[network];
}

/**
 * AdamW with a rate that rises and falls, on the cross-entropy; of networks without a softmax, the cross-entropy of the
 * softmax that they could end in.
 */
export function bestOf(post: PostNetwork): BestSettings {
  const { rate, decay, epochs } = numbersOf(post);
  return {
    training: {
      loss: crossEntropy({ fromLogits: post.loss === 'sse' }),
      optimizer: adamw({ learningRate: oneCycle({ learningRate: rate, duration: epochs }), weightDecay: decay }),
    },
    fit: { epochs, batchSize: BATCH_SIZE },
    description: `one cycle up to ${rate}, decay ${decay}, ${epochs} epochs`,
  };
}
