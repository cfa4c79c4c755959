import { LaminetError } from '../errors';
import { slice as sliceOp } from '../ops/concat';
import type { Layer, NamedOptions } from './layer';
import { checkCount } from './options';

/** The options of {@link slice}. */
export interface SliceOptions extends NamedOptions {
  /** The first channel to take. Default: 0. */
  readonly begin?: number;
  /** How many channels to take. */
  readonly channels: number;
}

/**
 * Some neighbouring channels: [channels, ...] to [taken channels, ...], and of a flat input some neighbouring numbers.
 *
 *     slice({ begin: 3, channels: 2 })
 *
 * `y[c] = x[begin + c]`. It takes apart what `concat` has put together; rows and columns are cut off by `cropping2d`.
 * Errors: `E_OPTION` for a begin or a number of channels that is no whole number, `E_SHAPE` for an input of too few.
 *
 * @example
 * slice({ begin: 0, channels: 8 });
 */
export function slice({ name, begin = 0, channels }: SliceOptions): Layer {
  if (!Number.isInteger(begin) || begin < 0) {
    throw new LaminetError('E_OPTION', `begin must be a whole number of at least 0, found ${String(begin)}`, {
      option: 'begin',
      found: begin,
    });
  }
  checkCount('channels', channels);
  const attributes = { begin, channels };
  return {
    kind: 'slice',
    name,
    config: attributes,
    build(inputShape) {
      const { outputs } = sliceOp.infer([{ shape: inputShape, kind: 'float', batched: true }], attributes);
      return {
        outputShape: outputs[0]?.shape ?? [],
        parameters: [],
        flops: 0,
        emit: (emitter, input) => emitter.emit(sliceOp, [input], attributes),
      };
    },
  };
}
