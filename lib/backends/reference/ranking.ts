import type { RankingGeometry } from '../../ops/ranking';
import type { FloatArray } from '../../tensor/storage';
import { placeOfLargest } from './batch-summary';
import type { IndexArray, Kernel } from './kernel';

/** The place of each sample's largest output; of a single output, whether it is above a half. */
export const predictedClass: Kernel<RankingGeometry, [outputs: FloatArray], [predicted: FloatArray]> = ({
  geometry: { classes },
  inputs: [outputs],
  outputs: [predicted],
  step: { count },
}) => {
  for (let n = 0; n < count; n++) {
    if (classes === 1) predicted[n] = (outputs[n] as number) > 0.5 ? 1 : 0;
    else predicted[n] = placeOfLargest(outputs, n * classes, classes);
  }
};

/** The number of classes that come before each sample's own. */
export const targetRank: Kernel<RankingGeometry, [outputs: FloatArray, labels: IndexArray], [ranks: FloatArray]> = ({
  geometry: { classes },
  inputs: [outputs, labels],
  outputs: [ranks],
  step: { count },
}) => {
  for (let n = 0; n < count; n++) {
    const label = labels[n] as number;
    const own = outputs[n * classes + label] as number;
    let rank = 0;
    for (let k = 0; k < classes; k++) {
      const value = outputs[n * classes + k] as number;
      const behind = value < own || (value === own && k >= label);
      if (!behind) rank += 1;
    }
    ranks[n] = rank;
  }
};
