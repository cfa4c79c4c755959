import type { Backend } from '../backend';
import { ReferencePlan } from './plan';

export { firstNonFinite } from './first-non-finite';

/**
 * The reference: interprets a program with plain loops, one op after another, in float32 or float64. It is what the native
 * backend is held to, what gradients are checked with, and what runs where the native addon cannot. It uses one thread.
 */
export const referenceBackend: Backend = {
  name: 'reference',
  description: 'reference',
  plan: (program, { precision }) => new ReferencePlan(program, precision),
};
