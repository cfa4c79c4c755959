import { LaminetError } from '../errors';

/** A bound on the length of each filter's, or unit's, weights. */
export interface MaxNorm {
  readonly name: 'maxNorm';
  readonly limit: number;
}

/** A constraint, its name, or its name with options. */
export type ConstraintLike = 'maxNorm' | { readonly name: 'maxNorm'; readonly limit?: number };

/**
 * Bounds the weights that feed one filter of a convolution, or one unit of a fully connected layer: after each update, those
 * whose length `sqrt(sum w^2)` is above `limit` are scaled to that length. Default limit: 2, as Keras has it. Error: `E_OPTION`.
 *
 * Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout", JMLR 15, 2014, section 5.1.
 */
export function maxNorm(limit: number = 2): MaxNorm {
  if (Number.isFinite(limit) && limit > 0) return { name: 'maxNorm', limit };
  throw new LaminetError('E_OPTION', `the limit of maxNorm must be a finite number above 0, found ${String(limit)}`, {
    option: 'limit',
    found: limit,
  });
}

/** The constraint that an option means. Errors: `E_UNKNOWN` for a name, `E_OPTION` for a limit. */
export function toConstraint(option: string, constraint: ConstraintLike): MaxNorm {
  const description: { readonly name: string; readonly limit?: number } =
    typeof constraint === 'string' ? { name: constraint } : constraint;
  if (description?.name === 'maxNorm') return maxNorm(description.limit);
  const found = JSON.stringify(description?.name ?? constraint);
  throw new LaminetError('E_UNKNOWN', `${option}: there is no constraint ${found}; there is maxNorm`, {
    option,
    constraint,
  });
}
