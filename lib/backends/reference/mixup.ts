import type { MixTargetsGeometry, MixupGeometry } from '../../ops/mixup';
import { philox4x32 } from '../../tensor/philox';
import type { FloatArray } from '../../tensor/storage';
import type { IndexArray, Kernel, Step } from './kernel';

const WORDS = 2 ** 32;

/** The words that a step's mixing goes by. */
function drawn({ request: { seed = 0, stepsBefore = 0 }, number }: Step, stream: number): Uint32Array {
  const words = new Uint32Array(4);
  philox4x32([0, 0, (stepsBefore + number) >>> 0, stream], [seed >>> 0, Math.floor(seed / WORDS) >>> 0], words);
  return words;
}

/** The step's samples in the order in which they are partners of the others: of each, its entry of the order. */
export function partnersOf(step: Step, stream: number): (n: number) => number {
  const { count, first } = step;
  const [, word = 0] = drawn(step, stream);
  // The product is beyond what a double holds exactly.
  const shift = count === 1 ? 0 : 1 + Number((BigInt(word) * BigInt(count - 1)) >> 32n);
  return (n) => first + ((n + shift) % count);
}

/** The part that a sample has in its mix, and its partner's. */
function partsOf(step: Step, stream: number, shares: readonly number[], output: FloatArray): [number, number] {
  const [word = 0] = drawn(step, stream);
  const place = (word * (shares.length - 1)) / WORDS;
  const interval = Math.floor(place);
  const below = shares[interval] as number;
  const share = below + ((shares[interval + 1] as number) - below) * (place - interval);
  if (output.BYTES_PER_ELEMENT === 8) return [share, 1 - share];
  return [Math.fround(share), Math.fround(1 - Math.fround(share))];
}

/** `share * own + (1 - share) * partner`. */
export const mixup: Kernel<MixupGeometry, [own: FloatArray, partner: FloatArray]> = ({
  geometry: { elements, stream, shares },
  inputs: [own, partner],
  outputs: [mixed],
  step,
}) => {
  const [a, b] = partsOf(step, stream, shares, mixed);
  const round = mixed.BYTES_PER_ELEMENT === 4 ? Math.fround : (value: number): number => value;
  for (let index = 0; index < step.count * elements; index++) {
    mixed[index] = round(a * (own[index] as number)) + round(b * (partner[index] as number));
  }
};

/** The same of targets, as rows. */
export const mixTargets: Kernel<MixTargetsGeometry, [targets: FloatArray | IndexArray]> = ({
  geometry: { elements, stream, labels, shares },
  inputs: [targets],
  outputs: [rows],
  step,
}) => {
  const [a, b] = partsOf(step, stream, shares, rows);
  const round = rows.BYTES_PER_ELEMENT === 4 ? Math.fround : (value: number): number => value;
  const partnerOf = partnersOf(step, stream);
  const targetOf = (n: number, k: number): number =>
    labels === 1 ? (targets[n] === k ? 1 : 0) : (targets[n * elements + k] as number);
  for (let n = 0; n < step.count; n++) {
    const partner = partnerOf(n) - step.first;
    for (let k = 0; k < elements; k++) {
      rows[n * elements + k] = round(a * targetOf(n, k)) + round(b * targetOf(partner, k));
    }
  }
};
