import { largerShareQuantiles } from '../tensor/beta';
import { RandomStream } from '../tensor/philox';
import { type Shape, sameShape, sizeOf } from '../tensor/shape';
import { activationType, type Inference, type Op, refuse, requireInput } from './op';

/** How strongly samples are mixed: the parameter of a symmetric beta distribution. */
export interface MixupAttributes {
  readonly alpha: number;
}

/** What {@link mixTargets} is told, with the shape of the rows that losses compare. */
export interface MixTargetsAttributes extends MixupAttributes {
  readonly shape: Shape;
}

/** What the kernels need to know. */
export type MixupGeometry = {
  readonly elements: number;
  /** The last word of the counter. */
  readonly stream: number;
  /** Between which of them a sample's share lies, each pair as likely. */
  readonly shares: readonly number[];
};

/** The same, and 1 where targets are class numbers. */
export type MixTargetsGeometry = { readonly elements: number; readonly stream: number; readonly labels: number } & Pick<
  MixupGeometry,
  'shares'
>;

/** The counter's last word for the partners of samples, and for their shares. */
export const MIXING_STREAM = RandomStream.mixup;

/** Quantiles of a share; between two of them a share is as likely as another, which a finer table would hardly change. */
const INTERVALS = 1024;

/**
 * Mixup: each sample of a step is mixed with another one of it, its partner, and so are their targets ({@link mixTargets}).
 *
 *     y[n] = share * own[n] + (1 - share) * partner[n]
 *
 * Random words come from one Philox4x32-10 block a step, with the run's seed as key and the counter (0, 0, step, stream): step
 * is the number of training steps made before. Of its words, the first gives the share, the larger part of a draw from
 * Beta(alpha, alpha): with i + f = word / 2^32 * intervals, i whole, `share = shares[i] + f * (shares[i + 1] - shares[i])`, of
 * the distribution's quantiles. The second gives the partners: that of sample n is sample (n + shift) mod count of the step,
 * with `shift = 1 + floor(word * (count - 1) / 2^32)`; a sample alone is its own.
 *
 * That the sample's own share is the larger one changes nothing but the names, since pairs are drawn either way round, and
 * its class stays what the sample is taken for.
 * Source: Zhang, Cisse, Dauphin, Lopez-Paz, "mixup: Beyond empirical risk minimization", 2018, section 2.
 */
export const mixup: Op<MixupAttributes, MixupGeometry> = {
  name: 'mixup',
  infer(inputs, { alpha }): Inference<MixupGeometry> {
    const { shape } = requireInput('mixup', inputs, 0);
    const { shape: partner } = requireInput('mixup', inputs, 1);
    if (!sameShape(shape, partner)) refuse('mixup', partner, 'partners like the samples');
    return {
      geometry: { elements: sizeOf(shape), stream: MIXING_STREAM, shares: largerShareQuantiles(alpha, INTERVALS) },
      outputs: [activationType(shape)],
    };
  },
};

/** The targets that belong to {@link mixup}'s samples, as rows: a class number stands for a row of zeros with a 1 there. */
export const mixTargets: Op<MixTargetsAttributes, MixTargetsGeometry> = {
  name: 'mixTargets',
  infer(inputs, { shape, alpha }): Inference<MixTargetsGeometry> {
    const targets = requireInput('mixTargets', inputs, 0);
    const labels = targets.kind === 'label';
    if (!labels && sizeOf(targets.shape) !== sizeOf(shape))
      refuse('mixTargets', targets.shape, 'rows like the outputs');
    return {
      geometry: {
        elements: sizeOf(shape),
        stream: MIXING_STREAM,
        labels: labels ? 1 : 0,
        shares: largerShareQuantiles(alpha, INTERVALS),
      },
      outputs: [activationType(shape)],
    };
  },
};
