import type { MaxNormGeometry } from '../../ops/max-norm';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** Scales rows that are too long. */
export const maxNorm: Kernel<MaxNormGeometry, [parameter: FloatArray], []> = ({
  geometry: { rows, columns, limit },
  inputs: [parameter],
}) => {
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let index = row * columns; index < (row + 1) * columns; index++) squares += (parameter[index] as number) ** 2;
    const norm = Math.sqrt(squares);
    if (!(norm > limit)) continue;
    const factor = limit / norm;
    for (let index = row * columns; index < (row + 1) * columns; index++) {
      parameter[index] = factor * (parameter[index] as number);
    }
  }
};
