import { LaminetError } from '../errors';
import type { RandomSequence } from '../tensor/philox';
import { formatShape, type Shape } from '../tensor/shape';
import type { Initializer } from './contract';

/**
 * First values of your own: as many numbers as the tensor has, row-major. `random` is the parameter's own sequence
 * (`nextUniform()`, `nextNormal()`, `nextBelow(bound)`); what is drawn from it is the same for the same seed.
 */
export type InitializerFunction = (shape: Shape, random: RandomSequence) => ArrayLike<number>;

/** A function cannot be written to a file; that there was one can. */
const config = { name: 'custom' } as const;

/** The initializer that a function makes. Errors of `fill`: `E_SHAPE`, `E_OPTION` for what the function returned. */
export function fromFunction(initialize: InitializerFunction): Initializer {
  return {
    config,
    fill(values, { shape, random }) {
      const given = initialize(shape, random);
      if (given.length !== values.length) {
        throw new LaminetError(
          'E_SHAPE',
          `the initializer's function must return ${values.length} numbers for ${formatShape(shape)}, found ${given.length}`,
          { shape, found: given.length },
        );
      }
      for (let index = 0; index < values.length; index++) {
        const value = given[index];
        if (!Number.isFinite(value)) {
          throw new LaminetError(
            'E_OPTION',
            `the initializer's function must return finite numbers, found ${String(value)} at ${index}`,
            { index, found: value },
          );
        }
        values[index] = value as number;
      }
    },
  };
}

/**
 * Stands for a function in a model that comes from a file. Such a model gets its weights from the file, too; first values
 * it has none any more. Error of `fill`: `E_STATE`.
 */
export const lostFunction: Initializer = {
  config,
  fill() {
    throw new LaminetError(
      'E_STATE',
      'the first values came from a function, which the model file could not keep; build the model in code and load its weights with model.load',
    );
  },
};
