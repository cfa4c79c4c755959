import type { BatchNormGeometry, BatchStatisticsGeometry, FollowGeometry } from '../../ops/batch-norm';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** Calls `visit` with the place of every value of one channel, sample by sample. */
function eachOf(
  { channels, pixels }: BatchStatisticsGeometry,
  count: number,
  channel: number,
  visit: (index: number) => void,
): void {
  for (let n = 0; n < count; n++) {
    const first = (n * channels + channel) * pixels;
    for (let index = first; index < first + pixels; index++) visit(index);
  }
}

/** The means, then the variances. */
export const batchStatistics: Kernel<BatchStatisticsGeometry, [x: FloatArray], [statistics: FloatArray]> = ({
  geometry,
  inputs: [x],
  outputs: [statistics],
  step: { count },
}) => {
  const { channels, pixels } = geometry;
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    eachOf(geometry, count, channel, (index) => {
      sum += x[index] as number;
    });
    const mean = sum / (count * pixels);
    let squares = 0;
    eachOf(geometry, count, channel, (index) => {
      squares += ((x[index] as number) - mean) ** 2;
    });
    statistics[channel] = mean;
    statistics[channels + channel] = squares / (count * pixels);
  }
};

/** The running mean, then the running variance. */
export const givenStatistics: Kernel<
  { readonly channels: number },
  [mean: FloatArray, variance: FloatArray],
  [statistics: FloatArray]
> = ({ geometry: { channels }, inputs: [mean, variance], outputs: [statistics] }) => {
  statistics.set(mean);
  statistics.set(variance, channels);
};

/** `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`. */
export const batchNorm: Kernel<
  BatchNormGeometry,
  [x: FloatArray, statistics: FloatArray, gamma: FloatArray | undefined, beta: FloatArray | undefined],
  [y: FloatArray]
> = ({ geometry, inputs: [x, statistics, gamma, beta], outputs: [y], step: { count } }) => {
  const { channels, epsilon } = geometry;
  for (let channel = 0; channel < channels; channel++) {
    const mean = statistics[channel] as number;
    const deviation = Math.sqrt((statistics[channels + channel] as number) + epsilon);
    const scale = gamma?.[channel] ?? 1;
    const shift = beta?.[channel] ?? 0;
    eachOf(geometry, count, channel, (index) => {
      y[index] = (scale * ((x[index] as number) - mean)) / deviation + shift;
    });
  }
};

/** For each channel the sum of the gradients; then the sum of each gradient times its normalized input. */
export const batchNormSums: Kernel<
  BatchNormGeometry,
  [gradOutput: FloatArray, x: FloatArray, statistics: FloatArray],
  [sums: FloatArray]
> = ({ geometry, inputs: [gradOutput, x, statistics], outputs: [sums], step: { count } }) => {
  const { channels, epsilon } = geometry;
  for (let channel = 0; channel < channels; channel++) {
    const mean = statistics[channel] as number;
    const deviation = Math.sqrt((statistics[channels + channel] as number) + epsilon);
    let sum = 0;
    let product = 0;
    eachOf(geometry, count, channel, (index) => {
      sum += gradOutput[index] as number;
      product += ((gradOutput[index] as number) * ((x[index] as number) - mean)) / deviation;
    });
    sums[channel] = sum;
    sums[channels + channel] = product;
  }
};

/** The gradient of x: see the op's formula. */
export const batchNormGradInput: Kernel<
  BatchNormGeometry,
  [gradOutput: FloatArray, x: FloatArray, statistics: FloatArray, sums: FloatArray, gamma: FloatArray | undefined],
  [gradInput: FloatArray]
> = ({ geometry, inputs: [gradOutput, x, statistics, sums, gamma], outputs: [gradInput], step: { count } }) => {
  const { channels, pixels, epsilon, frozen } = geometry;
  const values = count * pixels;
  for (let channel = 0; channel < channels; channel++) {
    const mean = statistics[channel] as number;
    const deviation = Math.sqrt((statistics[channels + channel] as number) + epsilon);
    const scale = (gamma?.[channel] ?? 1) / deviation;
    const meanGradient = frozen ? 0 : (sums[channel] as number) / values;
    const meanProduct = frozen ? 0 : (sums[channels + channel] as number) / values;
    eachOf(geometry, count, channel, (index) => {
      const normalized = ((x[index] as number) - mean) / deviation;
      gradInput[index] = scale * ((gradOutput[index] as number) - meanGradient - normalized * meanProduct);
    });
  }
};

/** One row of statistics or sums. */
export const statisticsRow: Kernel<
  { readonly channels: number; readonly row: number },
  [sums: FloatArray],
  [gradient: FloatArray]
> = ({ geometry: { channels, row }, inputs: [sums], outputs: [gradient] }) => {
  gradient.set(sums.subarray(row * channels, (row + 1) * channels));
};

/** `running = (1 - momentum) * running + momentum * batch`, the variance unbiased. */
export const followStatistics: Kernel<
  FollowGeometry,
  [runningMean: FloatArray, runningVariance: FloatArray, statistics: FloatArray],
  []
> = ({
  geometry: { channels, pixels, momentum },
  inputs: [runningMean, runningVariance, statistics],
  step: { count },
}) => {
  const values = count * pixels;
  const unbiased = values > 1 ? values / (values - 1) : 1;
  for (let channel = 0; channel < channels; channel++) {
    const mean = statistics[channel] as number;
    const variance = (statistics[channels + channel] as number) * unbiased;
    runningMean[channel] = (1 - momentum) * (runningMean[channel] as number) + momentum * mean;
    runningVariance[channel] = (1 - momentum) * (runningVariance[channel] as number) + momentum * variance;
  }
};
