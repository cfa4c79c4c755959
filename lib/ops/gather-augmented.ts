import { RandomStream } from '../tensor/philox';
import type { Shape } from '../tensor/shape';
import { type GatherAttributes, type GatherGeometry, gather } from './gather';
import { MIXING_STREAM } from './mixup';
import { type Inference, type Op, refuse } from './op';

/** How images are changed at random; each number is the most that is done, and 0 is not at all. */
export interface Augmentation {
  /** Pixels that an image is moved by, to each side. */
  readonly crop: number;
  /** Whether pixels from outside an image are those of its reflection, rather than 0. */
  readonly reflect: boolean;
  readonly flip: 'none' | 'random' | 'alternating';
  /** The side of a square of zeros. */
  readonly cutout: number;
  /** What is added to each scaled pixel. */
  readonly brightness: number;
  /** By which factor beside 1 a pixel's distance from the mean of its channel is multiplied. */
  readonly contrast: number;
  /** Degrees. */
  readonly rotation: number;
  /** By which factor beside 1 the image is enlarged. */
  readonly scaling: number;
  /** The parameter of the beta distribution that images are mixed by. */
  readonly mixup: number;
}

/** How to gather, and how to change what is gathered. */
export interface GatherAugmentedAttributes extends GatherAttributes {
  readonly augmentation: Augmentation;
  /** Whether the partners of the step's samples are gathered, which `mixup` mixes them with. Default: false. */
  readonly partners?: boolean;
}

/** {@link GatherGeometry}, and the augmentation in numbers. */
export type GatherAugmentedGeometry = GatherGeometry & {
  readonly crop: number;
  readonly reflect: number;
  /** 0: never, 1: at random, 2: every other epoch. */
  readonly flip: number;
  readonly cutout: number;
  readonly brightness: number;
  readonly contrast: number;
  /** Half turns. */
  readonly rotation: number;
  readonly scaling: number;
  /** The last word of the counters. That of the draw for alternating flips is 256 further on: the stream's use number 1. */
  readonly stream: number;
  /** The last word of the counter that says whose partner is whose; 0 where the samples themselves are gathered. */
  readonly partners: number;
};

/** From the stream of samples' draws to that of their partners'. */
const OF_PARTNERS = 512;

/** With longer sides the products of random words and sides would not be exact in double precision. */
const MOST_SIDE = 2 ** 16;

const FLIPS = ['none', 'random', 'alternating'] as const;

function refuseUnfit(shape: Shape, { crop, cutout }: Augmentation): void {
  const [, height = 0, width = 0] = shape;
  if (shape.length !== 3 || Math.max(height, width) > MOST_SIDE) {
    refuse('gatherAugmented', shape, `images of [channels, height, width] with sides of at most ${MOST_SIDE} pixels`);
  }
  if (crop >= Math.min(height, width))
    refuse('gatherAugmented', shape, `images larger than a crop's padding of ${crop}`);
  if (cutout > Math.max(height, width))
    refuse('gatherAugmented', shape, `images at least as large as a cutout of ${cutout}`);
}

/**
 * {@link gather} with random changes: the first instruction of a program that trains on images.
 *
 * With p the image with the padding of its data set, h x w pixels, and x its stored number times the scale:
 *
 *     p[c, y, x]  = gain * x + (1 - gain) * mean(c) + brightness       in the stored image, else 0
 *     out[c, y, x] = 0 inside the cutout, else p at the place that (y, x) comes from
 *
 * mean(c) is that of the image's channel, scaled. A place is found from the outside to the inside: a flipped image is
 * mirrored in x, the place is turned and shrunk around the image's middle, then moved by (dy - crop, dx - crop). With a
 * rotation or a scaling the result is interpolated between the four pixels around it (bilinear); without, it is a pixel.
 * Outside the image is 0, or the image's reflection, which does not repeat its edge.
 *
 * Random words come from Philox4x32-10 blocks with the run's seed as key and the counter (block, n, step, stream): n is the
 * sample's place in the batch, step the number of training steps made before. With u = word / 2^32:
 *
 *     block 0: dy, dx = floor(u * (2 * crop + 1)); flipped where u < 1/2
 *     block 1: the cutout's middle = floor(u * h), floor(u * w); brightness * (2 u - 1); gain = 1 + contrast * (2 u - 1)
 *     block 2: angle = rotation * (2 u - 1); size = 1 + scaling * (2 u - 1)
 *
 * Alternating flips take the first word for the counter (0, index, 0, stream + 256), with the sample's index in the data: a
 * sample whose u < 1/2 is flipped in the first epoch and every second one from there, the others in those between.
 *
 * Where partners are gathered for `mixup`, n is still the place in the batch, and the stream is 512 further on: a sample is
 * changed in one way for itself and in another for the one whose partner it is.
 * Sources: He, Zhang, Ren, Sun, "Deep residual learning for image recognition", 2016, section 4.2 (crop and flip); DeVries,
 * Taylor, "Improved regularization of convolutional neural networks with cutout", 2017; Jordan, "94% on CIFAR-10 in 3.29
 * seconds on a single GPU", 2024, section 3.2 (alternating flips).
 */
export const gatherAugmented: Op<GatherAugmentedAttributes, GatherAugmentedGeometry> = {
  name: 'gatherAugmented',

  infer(inputs, attributes): Inference<GatherAugmentedGeometry> {
    const { augmentation, shape, partners = false } = attributes;
    refuseUnfit(attributes.source.shape.length === 3 ? shape : attributes.source.shape, augmentation);
    const { geometry, outputs } = gather.infer(inputs, attributes);
    const { crop, reflect, flip, cutout, brightness, contrast, rotation, scaling } = augmentation;
    return {
      geometry: {
        ...geometry,
        crop,
        reflect: reflect ? 1 : 0,
        flip: FLIPS.indexOf(flip),
        cutout,
        brightness,
        contrast,
        rotation: rotation / 180,
        scaling,
        stream: RandomStream.augment + (partners ? OF_PARTNERS : 0),
        partners: partners ? MIXING_STREAM : 0,
      },
      outputs,
    };
  },
};
