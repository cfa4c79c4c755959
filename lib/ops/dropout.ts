import { RandomStream } from '../tensor/philox';
import { sizeOf } from '../tensor/shape';
import { activationType, type Inference, type Op, requireInput } from './op';

/** How to drop. */
export interface DropoutAttributes {
  /** The share of what is dropped, from 0 up to 1. */
  readonly rate: number;
  /** Whether whole channels are dropped, rather than single elements. */
  readonly channels: boolean;
  /** Which of the program's uses of random numbers this is: each draws numbers of its own. */
  readonly use: number;
}

/** What is dropped together, and when. */
export type DropoutGeometry = {
  /** Decisions a sample: its channels, or its elements. */
  readonly channels: number;
  /** Elements that each decides for. */
  readonly pixels: number;
  /** Words below it drop: the rate as a share of 2^32. */
  readonly threshold: number;
  /** The last word of the counters: what the random numbers are for. */
  readonly stream: number;
  /** What is kept is multiplied by it: 1 / (1 - rate). */
  readonly scale: number;
};

const WORDS = 2 ** 32;

/** Streams are numbered by the lowest byte of a counter's last word; the uses of one stream by the others. */
const USES = 2 ** 8;

/**
 * Dropout: each element is 0 with a probability of `rate`, whatever it was, and else multiplied by 1 / (1 - rate), so that
 * its expectation stays as it was.
 *
 *     y[n, c, i] = word(n, c) < rate * 2^32 ? 0 : x[n, c, i] / (1 - rate)
 *
 * The word is number c mod 4 of the Philox4x32-10 block with the run's seed as key and the counter
 * (floor(c / 4), n, step, stream): n is the sample's place in the batch, c the channel, or the element where single elements
 * are dropped, step the number of training steps made before. It depends on nothing else: not on the backend, the threads,
 * or the order in which a batch is worked on. Backward is the same op on the gradient: the mask is drawn again, not kept.
 * Sources: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: a simple way to prevent neural networks from
 * overfitting", 2014; Tompson, Goroshin, Jain, LeCun, Bregler, "Efficient object localization using convolutional networks",
 * 2015, section 3.2 (whole channels).
 */
export const dropout: Op<DropoutAttributes, DropoutGeometry> = {
  name: 'dropout',

  infer(inputs, { rate, channels, use }): Inference<DropoutGeometry> {
    const { shape } = requireInput('dropout', inputs, 0);
    const decisions = channels ? (shape[0] ?? 1) : sizeOf(shape);
    return {
      geometry: {
        channels: decisions,
        pixels: sizeOf(shape) / decisions,
        threshold: Math.min(Math.round(rate * WORDS), WORDS - 1),
        stream: RandomStream.dropout + USES * use,
        scale: 1 / (1 - rate),
      },
      outputs: [activationType(shape)],
    };
  },

  gradient(context) {
    if (context.needs(0)) context.give(0, 'dropout', [context.gradOutput], context.geometry);
  },
};
