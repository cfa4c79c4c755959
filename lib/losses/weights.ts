import type { Loss } from './contract';

/** What is known of a run's samples before it begins. */
export interface WeighedSamples {
  /** The class of each sample of the data, where it has one. */
  readonly labels: ArrayLike<number> | undefined;
  /** What each sample's loss is multiplied by. Default: 1. */
  readonly sampleWeights: ArrayLike<number> | undefined;
}

/** How the losses of a run's samples make up those of its steps. */
export interface StepWeights {
  /** For each entry of the order its share of its step's loss; undefined where all of a step have the same. */
  readonly weights: Float64Array | undefined;
  /** For each step: by what the sum of its samples' losses is divided. */
  readonly divisors: Float64Array;
}

/** The class weights that a mean is divided by, where it is. */
function weightsOfMean([loss, ...others]: readonly Loss[], { labels }: WeighedSamples): readonly number[] | undefined {
  // Targets of several outputs are rows, never class numbers.
  if (!loss?.weightedMean || others.length > 0 || !labels || loss.reduction === 'sum') return undefined;
  return loss.classWeights;
}

/** Whether samples of a step may have different shares of its loss, or such as do not add up to 1. */
export function areWeighted(losses: readonly Loss[], samples: WeighedSamples): boolean {
  return (
    samples.sampleWeights !== undefined ||
    losses[0]?.reduction === 'sum' ||
    weightsOfMean(losses, samples) !== undefined
  );
}

/**
 * The shares of a run's samples. A step's loss is the sum of its samples' losses, each times its sample weight, divided by the
 * number of the step's samples; by the sum of their class weights, where class numbers meet class weights; by 1, where the
 * losses are to be summed. Sample weights do not count in the divisor, as in Keras: the gradient that a sample adds does not
 * depend on the weights of those beside it.
 */
export function stepWeights(
  losses: readonly Loss[],
  samples: WeighedSamples,
  order: Uint32Array,
  batchSize: number,
): StepWeights {
  const { labels, sampleWeights } = samples;
  const classWeights = weightsOfMean(losses, samples);
  const summed = losses[0]?.reduction === 'sum';
  const divisors = new Float64Array(Math.ceil(order.length / batchSize));
  const weights = areWeighted(losses, samples) ? new Float64Array(order.length) : undefined;
  for (let step = 0; step < divisors.length; step++) {
    const steps = order.subarray(step * batchSize, (step + 1) * batchSize);
    let divisor = summed ? 1 : steps.length;
    if (classWeights && labels) {
      divisor = 0;
      for (const sample of steps) divisor += classWeights[labels[sample] as number] as number;
    }
    divisors[step] = divisor;
    if (!weights) continue;
    for (const [entry, sample] of steps.entries()) {
      // Where every sample is of a class that does not count, none has a share.
      weights[step * batchSize + entry] = divisor === 0 ? 0 : ((sampleWeights?.[sample] ?? 1) as number) / divisor;
    }
  }
  return { weights, divisors };
}
