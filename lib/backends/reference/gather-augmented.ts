import type { GatherAugmentedGeometry } from '../../ops/gather-augmented';
import { cosineOfPi } from '../../tensor/elementary';
import { philox4x32 } from '../../tensor/philox';
import type { FloatArray } from '../../tensor/storage';
import type { RunRequest } from '../backend';
import type { Kernel, Step } from './kernel';
import { partnersOf } from './mixup';

const WORDS = 2 ** 32;
const HALF = 2 ** 31;
/** From a sample's draws at a step to that of its side in the first epoch: see the op. */
const ALTERNATING = 256;

/** What is done to one sample. */
interface Draw {
  readonly shiftY: number;
  readonly shiftX: number;
  readonly flipped: boolean;
  readonly cutTop: number;
  readonly cutLeft: number;
  readonly brightness: number;
  readonly gain: number;
  /** Of the angle, over the size. */
  readonly cosine: number;
  readonly sine: number;
}

/** Rounds to the precision of a run's numbers. */
type Round = (value: number) => number;

function drawFor(g: GatherAugmentedGeometry, step: Step, n: number, sample: number, round: Round): Draw {
  const { seed = 0, stepsBefore = 0, epoch = 0 }: RunRequest = step.request;
  const key = [seed >>> 0, Math.floor(seed / WORDS) >>> 0] as const;
  const number = (stepsBefore + step.number) >>> 0;
  const words = new Uint32Array(12);
  for (let block = 0; block < 3; block++) {
    philox4x32([block, n, number, g.stream], key, words.subarray(4 * block, 4 * block + 4));
  }
  const word = (place: number): number => words[place] as number;
  const below = (place: number, bound: number): number => Math.floor((word(place) * bound) / WORDS);
  const symmetric = (place: number): number => 2 * (word(place) / WORDS) - 1;
  const first = new Uint32Array(4);
  philox4x32([0, sample, 0, g.stream + ALTERNATING], key, first);
  const firstSide = (first[0] as number) < HALF;
  const flipped = [false, word(2) < HALF, firstSide !== (epoch % 2 === 1)][g.flip] as boolean;
  const half = Math.floor(g.cutout / 2);
  const angle = g.rotation * symmetric(8);
  const size = 1 + g.scaling * symmetric(9);
  return {
    shiftY: below(0, 2 * g.crop + 1) - g.crop,
    shiftX: below(1, 2 * g.crop + 1) - g.crop,
    flipped,
    cutTop: below(4, g.padTop + g.sourceHeight + g.padBottom) - half,
    cutLeft: below(5, g.padLeft + g.sourceWidth + g.padRight) - half,
    brightness: g.brightness * symmetric(6),
    gain: round(1 + g.contrast * symmetric(7)),
    cosine: cosineOfPi(angle) / size,
    sine: cosineOfPi(angle - 0.5) / size,
  };
}

/** Where a place beside 0 to size - 1 lies in the reflection, which does not repeat the edge. */
function reflected(at: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = ((at % period) + period) % period;
  return within < size ? within : period - within;
}

/** The value of a channel's pixel in the padded image, and of what lies around it. */
function pixelOf(
  g: GatherAugmentedGeometry,
  samples: ArrayLike<number>,
  begin: number,
  { gain, brightness }: Draw,
  round: Round,
): (y: number, x: number) => number {
  const pixels = g.sourceHeight * g.sourceWidth;
  const scale = round(g.scale);
  let offset = brightness;
  if (g.contrast !== 0) {
    let sum = 0;
    for (let at = begin; at < begin + pixels; at++) sum += samples[at] as number;
    offset = ((sum * scale) / pixels) * (1 - gain) + brightness;
  }
  offset = round(offset);
  const coloured = g.brightness !== 0 || g.contrast !== 0;
  const height = g.padTop + g.sourceHeight + g.padBottom;
  const width = g.padLeft + g.sourceWidth + g.padRight;
  return (y, x) => {
    const row = (g.reflect ? reflected(y, height) : y) - g.padTop;
    const column = (g.reflect ? reflected(x, width) : x) - g.padLeft;
    if (row < 0 || row >= g.sourceHeight || column < 0 || column >= g.sourceWidth) return 0;
    const value = round((samples[begin + row * g.sourceWidth + column] as number) * scale);
    return coloured ? round(round(value * gain) + offset) : value;
  };
}

/** Copies the step's samples from the data set, scaled and changed at random: see the op. */
export const gatherAugmented: Kernel<GatherAugmentedGeometry, [], [x: FloatArray]> = ({
  geometry: g,
  outputs: [output],
  step,
}) => {
  const { samples, order } = step.request;
  const round: Round = output.BYTES_PER_ELEMENT === 4 ? Math.fround : (value) => value;
  const height = g.padTop + g.sourceHeight + g.padBottom;
  const width = g.padLeft + g.sourceWidth + g.padRight;
  const pixels = g.sourceHeight * g.sourceWidth;
  const middleY = (height - 1) / 2;
  const middleX = (width - 1) / 2;
  let target = 0;
  const entryOf = g.partners > 0 ? partnersOf(step, g.partners) : (n: number): number => step.first + n;
  for (let n = 0; n < step.count; n++) {
    const sample = order[entryOf(n)] as number;
    const draw = drawFor(g, step, n, sample, round);
    const { shiftY, shiftX, flipped, cutTop, cutLeft, cosine, sine } = draw;
    for (let c = 0; c < g.channels; c++) {
      const begin = (sample * g.channels + c) * pixels;
      const pixel = pixelOf(g, samples, begin, draw, round);
      const interpolated = (y: number, x: number): number => {
        const top = Math.floor(y);
        const left = Math.floor(x);
        const down = y - top;
        const right = x - left;
        const [a, b] = [pixel(top, left), pixel(top, left + 1)];
        const [d, e] = [pixel(top + 1, left), pixel(top + 1, left + 1)];
        const upper = a + (b - a) * right;
        const lower = d + (e - d) * right;
        return upper + (lower - upper) * down;
      };
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const from = flipped ? width - 1 - x : x;
          const cut = y >= cutTop && y < cutTop + g.cutout && x >= cutLeft && x < cutLeft + g.cutout;
          if (cut) {
            output[target++] = 0;
          } else if (g.rotation === 0 && g.scaling === 0) {
            output[target++] = pixel(y + shiftY, from + shiftX);
          } else {
            const [v, u] = [y - middleY, from - middleX];
            output[target++] = interpolated(
              sine * u + cosine * v + middleY + shiftY,
              cosine * u - sine * v + middleX + shiftX,
            );
          }
        }
      }
    }
  }
};
