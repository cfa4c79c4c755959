import type { PenaltyGeometry } from '../../ops/weight-penalty';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** `l1 * sum |w| + l2 / 2 * sum w^2`, added to what comes in. */
export const weightPenalty: Kernel<
  PenaltyGeometry,
  [parameter: FloatArray, before: FloatArray | undefined],
  [penalty: FloatArray]
> = ({ geometry: { elements, l1, l2 }, inputs: [parameter, before], outputs: [penalty] }) => {
  let sizes = 0;
  let squares = 0;
  for (let index = 0; index < elements; index++) {
    const weight = parameter[index] as number;
    sizes += Math.abs(weight);
    squares += weight * weight;
  }
  penalty[0] = (before?.[0] ?? 0) + l1 * sizes + (l2 / 2) * squares;
};

/** `l1 * sign(w) + l2 * w`. */
export const weightPenaltyGrad: Kernel<PenaltyGeometry, [parameter: FloatArray], [gradient: FloatArray]> = ({
  geometry: { elements, l1, l2 },
  inputs: [parameter],
  outputs: [gradient],
}) => {
  for (let index = 0; index < elements; index++) {
    const weight = parameter[index] as number;
    gradient[index] = l1 * Math.sign(weight) + l2 * weight;
  }
};
