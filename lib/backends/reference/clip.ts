import type { ClipGeometry } from '../../ops/clip';
import type { FloatArray } from '../../tensor/storage';
import type { Kernel } from './kernel';

/** `g = min(max(g, -limit), limit)`. */
export const clipValue: Kernel<ClipGeometry, [gradient: FloatArray], []> = ({
  geometry: { elements, limit },
  inputs: [gradient],
}) => {
  for (let index = 0; index < elements; index++) {
    gradient[index] = Math.min(Math.max(gradient[index] as number, -limit), limit);
  }
};

/** `sum g^2`, added to what comes in. */
export const squaredNorm: Kernel<
  { readonly elements: number },
  [gradient: FloatArray, before: FloatArray | undefined],
  [sum: FloatArray]
> = ({ geometry: { elements }, inputs: [gradient, before], outputs: [sum] }) => {
  let squares = before?.[0] ?? 0;
  for (let index = 0; index < elements; index++) squares += (gradient[index] as number) ** 2;
  sum[0] = squares;
};

/** `g *= min(1, limit / (norm + 1e-6))`. */
export const clipNorm: Kernel<ClipGeometry, [gradient: FloatArray, squares: FloatArray], []> = ({
  geometry: { elements, limit },
  inputs: [gradient, squares],
}) => {
  const factor = Math.min(1, limit / (Math.sqrt(squares[0] as number) + 1e-6));
  for (let index = 0; index < elements; index++) gradient[index] = factor * (gradient[index] as number);
};
