import { LaminetError } from '../errors';

/**
 * A bound on gradients, one of three:
 * - `value`: on each number, which is set to the bound;
 * - `norm`: on the norm `sqrt(sum g^2)` of each parameter's gradient, which is shortened;
 * - `globalNorm`: on the norm of all gradients together, which are shortened alike.
 *
 * To shorten is to multiply by `min(1, bound / (norm + 1e-6))`, as PyTorch does. Gradients are those of the loss with its
 * penalties, of all samples that an update is made of; an optimizer's own weight decay is added behind.
 */
export type GradientClipping = { readonly value: number } | { readonly norm: number } | { readonly globalNorm: number };

/** A bound by its kind. */
export interface ClippingRule {
  readonly by: 'value' | 'norm' | 'globalNorm';
  readonly limit: number;
}

/** The bound that an option means. Error: `E_OPTION`. */
export function toClippingRule(clipping: GradientClipping): ClippingRule {
  const given = typeof clipping === 'object' && clipping !== null ? Object.entries(clipping) : [];
  const [by, limit] = (given[0] ?? []) as [by?: string, limit?: number];
  if (given.length !== 1 || limit === undefined || (by !== 'value' && by !== 'norm' && by !== 'globalNorm')) {
    throw new LaminetError(
      'E_OPTION',
      `clipping must be one of { value }, { norm } and { globalNorm }, found ${JSON.stringify(clipping)}`,
      { option: 'clipping', found: clipping },
    );
  }
  if (Number.isFinite(limit) && limit > 0) return { by, limit };
  throw new LaminetError('E_OPTION', `clipping.${by} must be a finite number above 0, found ${String(limit)}`, {
    option: `clipping.${by}`,
    found: limit,
  });
}
