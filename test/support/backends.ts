import type { Backend } from '../../lib/backends/backend';
import { availableInstructionSets, type InstructionSet, nativeBackend } from '../../lib/backends/native';
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

/** The native backend with one instruction set. */
export function nativeTarget(instructionSet: InstructionSet, threads = 2): TestTarget {
  return {
    name: `native ${instructionSet}`,
    backend: nativeBackend({ instructionSet }),
    precision: 'float32',
    threads,
  };
}

/** The instruction sets of this machine; none where the environment says that only the reference is wanted. */
export const instructionSets: readonly InstructionSet[] =
  process.env.LAMINET_BACKEND === 'reference' ? [] : availableInstructionSets();

/** Everything that runs in single precision. */
export const float32Targets: readonly TestTarget[] = [
  { name: 'reference float32', backend: referenceBackend, precision: 'float32', threads: 1 },
  ...instructionSets.map((set) => nativeTarget(set)),
];

/** Every backend, precision and instruction set that tests run on. */
export const targets: readonly TestTarget[] = [oracle, ...float32Targets];
