import { LaminetError } from '../errors';

/** The regularizers by name; without options, every lambda of theirs is 0.01, as Keras has it. */
export type RegularizerName = 'l1' | 'l2' | 'l1l2';

/**
 * A penalty on a parameter's numbers, `l1 * sum |w| + l2 / 2 * sum w^2`, which is added to what training makes small. Its
 * gradient is `l1 * sign(w) + l2 * w`, the sign of 0 being 0. (Keras's l2 is not halved: its 0.01 is 0.02 here.)
 */
export interface Regularizer {
  readonly name: RegularizerName;
  readonly l1: number;
  readonly l2: number;
}

/** A regularizer, its name, or its name with options: `{ name: 'l2', l2: 1e-4 }`. */
export type RegularizerLike =
  | RegularizerName
  | { readonly name: RegularizerName; readonly l1?: number; readonly l2?: number };

const DEFAULT = 0.01;

function checkLambda(regularizer: RegularizerName, lambda: number): number {
  if (Number.isFinite(lambda) && lambda >= 0) return lambda;
  throw new LaminetError(
    'E_OPTION',
    `the lambda of ${regularizer} must be a finite number of at least 0, found ${String(lambda)}`,
    { option: 'lambda', found: lambda },
  );
}

/**
 * `lambda * sum |w|`: drives small weights to 0. Error: `E_OPTION`.
 *
 * @example
 * l1(1e-4);
 */
export function l1(lambda: number = DEFAULT): Regularizer {
  return { name: 'l1', l1: checkLambda('l1', lambda), l2: 0 };
}

/**
 * `lambda / 2 * sum w^2`: keeps weights small. Error: `E_OPTION`.
 * Source: Krogh, Hertz, "A simple weight decay can improve generalization", NIPS 1991.
 *
 * @example
 * l2(1e-4);
 */
export function l2(lambda: number = DEFAULT): Regularizer {
  return { name: 'l2', l1: 0, l2: checkLambda('l2', lambda) };
}

/**
 * Both: `l1 * sum |w| + l2 / 2 * sum w^2`. Error: `E_OPTION`.
 * Source: Zou, Hastie, "Regularization and variable selection via the elastic net", 2005.
 *
 * @example
 * l1l2({ l1: 1e-5, l2: 1e-4 });
 */
export function l1l2(lambdas: { readonly l1?: number; readonly l2?: number } = {}): Regularizer {
  return {
    name: 'l1l2',
    l1: checkLambda('l1l2', lambdas.l1 ?? DEFAULT),
    l2: checkLambda('l1l2', lambdas.l2 ?? DEFAULT),
  };
}

const MAKE: Readonly<
  Record<RegularizerName, (lambdas: { readonly l1?: number; readonly l2?: number }) => Regularizer>
> = {
  l1: (lambdas) => l1(lambdas.l1),
  l2: (lambdas) => l2(lambdas.l2),
  l1l2,
};

/** The regularizer that an option means. Errors: `E_UNKNOWN` for a name, `E_OPTION` for a lambda. */
export function toRegularizer(option: string, regularizer: RegularizerLike): Regularizer {
  const description = typeof regularizer === 'string' ? { name: regularizer } : regularizer;
  const name = description?.name;
  if (typeof name !== 'string' || !Object.hasOwn(MAKE, name)) {
    throw new LaminetError(
      'E_UNKNOWN',
      `${option}: there is no regularizer ${JSON.stringify(name ?? regularizer)}; there are ${Object.keys(MAKE).join(', ')}`,
      { option, regularizer },
    );
  }
  return MAKE[name](description);
}
