import { createHash } from 'node:crypto';
import { type InitializerLike, initializerSequence, toInitializer } from '../../lib/initializers/initializer';
import { type Shape, sizeOf } from '../../lib/tensor/shape';

/** Where a tensor is: its fans, and whose random numbers it gets. */
export interface Place {
  readonly fanIn?: number;
  readonly fanOut?: number;
  readonly seed?: number;
  readonly parameter?: number;
}

/** What an initializer fills a tensor with, in double precision; its fans are those of a layer without groups. */
export function firstValues(initializer: InitializerLike, shape: Shape, place: Place = {}): Float64Array {
  const [outputs = 1, inputs = 1, ...kernel] = shape;
  const taps = sizeOf(kernel);
  const { fanIn = inputs * taps, fanOut = outputs * taps, seed = 1, parameter = 0 } = place;
  const values = new Float64Array(sizeOf(shape));
  toInitializer(initializer).fill(values, { shape, fanIn, fanOut, random: initializerSequence(seed, parameter) });
  return values;
}

/** SHA-256 of numbers as little-endian float32, by which the bits of first weights are pinned. */
export function hashOfFloats(values: ArrayLike<number>): string {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  for (let index = 0; index < values.length; index++) bytes.setFloat32(4 * index, values[index] as number, true);
  return createHash('sha256').update(bytes).digest('hex');
}
