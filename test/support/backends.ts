import type { Backend } from '../../lib/backends/backend';
import { referenceBackend } from '../../lib/backends/reference';
import type { Precision } from '../../lib/tensor/storage';

/** Something that programs run on. */
export interface TestTarget {
  /** For the names of tests: `reference float64`, `native avx2`. */
  readonly name: string;
  readonly backend: Backend;
  readonly precision: Precision;
  readonly threads: number;
}

/** The oracle: what PyTorch's numbers and gradient checks are held against, and everything else is held to. */
export const oracle: TestTarget = {
  name: 'reference float64',
  backend: referenceBackend,
  precision: 'float64',
  threads: 1,
};

/** Everything that runs in single precision. */
export const float32Targets: readonly TestTarget[] = [
  { name: 'reference float32', backend: referenceBackend, precision: 'float32', threads: 1 },
];

/** Every backend, precision and instruction set that tests run on. */
export const targets: readonly TestTarget[] = [oracle, ...float32Targets];
