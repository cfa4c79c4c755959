import { LaminetError } from '../errors';
import type { Loss } from './contract';

/** The targets of some samples: class numbers, or a row of numbers for each sample, those of several outputs in a row. */
export interface GivenTargets {
  /** What they belong to, for errors. */
  readonly name: string;
  readonly count: number;
  readonly labels: ArrayLike<number> | undefined;
  readonly targets: ArrayLike<number> | undefined;
}

function describe({ range, only }: NonNullable<Loss['targets']>): string {
  if (only) return `must be one of ${only.join(', ')}`;
  return `must be from ${range?.join(' to ')}`;
}

/** Throws where a target of output `begin` to `begin + size` of some row is none that the loss can be for. */
function checkRows(loss: Loss, { name, count, targets = [] }: GivenTargets, begin: number, size: number): void {
  const { range: [least, greatest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], only } = loss.targets ?? {};
  const width = targets.length / count;
  for (let sample = 0; sample < count; sample++) {
    for (let index = sample * width + begin; index < sample * width + begin + size; index++) {
      const value = targets[index] as number;
      // NaN is no value of any kind, and is left to show where it leads.
      const wrong = value < least || value > greatest || (only && !Number.isNaN(value) && !only.includes(value));
      if (!wrong) continue;
      throw new LaminetError(
        'E_DATA',
        `${name}: target ${index - sample * width} of sample ${sample} is ${value}; those of the loss ${loss.name} ${describe(loss.targets ?? {})}`,
        { loss: loss.name, sample, target: index - sample * width, found: value },
      );
    }
  }
}

/**
 * Throws unless every loss can be measured against its targets.
 * @param sizes how many target numbers each loss has of a row
 * Error: `E_DATA` for class numbers where the loss takes none, and for targets out of its range.
 */
export function checkTargets(losses: readonly Loss[], given: GivenTargets, sizes: readonly number[]): void {
  let begin = 0;
  for (const [index, loss] of losses.entries()) {
    const { labels = true, range, only } = loss.targets ?? {};
    if (given.labels && !labels) {
      throw new LaminetError(
        'E_DATA',
        `${given.name} has labels, but the loss ${loss.name} compares with rows of shares: give it targets`,
        { loss: loss.name },
      );
    }
    const size = sizes[index] as number;
    if (given.targets && (range || only)) checkRows(loss, given, begin, size);
    begin += size;
  }
}

/** Throws where a loss cannot be told a target between two. Error: `E_OPTION`. */
export function checkMixable(losses: readonly Loss[]): void {
  for (const { name, targets: { only } = {} } of losses) {
    if (!only) continue;
    throw new LaminetError(
      'E_OPTION',
      `augment.mixup makes targets that lie between two, but those of the loss ${name} must be one of ${only.join(', ')}`,
      { option: 'augment.mixup', loss: name },
    );
  }
}
