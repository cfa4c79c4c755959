import { LaminetError } from '../../errors';
import type { Backend } from '../backend';
import { type Addon, loadAddon } from './addon';
import { NativePlan } from './native-plan';

/** The instruction sets that kernels are compiled for, in the order of native/cpu/features.h: narrow to wide. */
const INSTRUCTION_SETS = ['sse2', 'avx2', 'avx512'] as const;

/** An instruction set by name. */
export type InstructionSet = (typeof INSTRUCTION_SETS)[number];

function availableOf(addon: Addon): InstructionSet[] {
  const bits = addon.instructionSets();
  return INSTRUCTION_SETS.filter((_, index) => (bits >> index) & 1);
}

/** The instruction sets that this processor can run, narrow to wide. */
export function availableInstructionSets(): InstructionSet[] {
  return availableOf(loadAddon());
}

function chooseInstructionSet(addon: Addon, asked: string | undefined): InstructionSet {
  const available = availableOf(addon);
  if (asked === undefined || asked === '') return available.at(-1) ?? 'sse2';
  const found = available.find((set) => set === asked);
  if (found) return found;
  throw new LaminetError(
    'E_BACKEND',
    `the instruction set ${JSON.stringify(asked)} cannot be used; this processor has ${available.join(', ')}`,
    { asked, available },
  );
}

/**
 * The most floating-point operations a second that kernels could do: measured by multiply-adds that touch no memory.
 * @param threads how many threads do them at a time
 */
export function measurePeak(instructionSet: InstructionSet, threads: number): number {
  return loadAddon().multiplyAddRate(INSTRUCTION_SETS.indexOf(instructionSet), threads);
}

/**
 * The native backend: C++ kernels on threads of their own, in float32.
 * @param options.instructionSet which kernels to use; default: `LAMINET_ISA`, else the widest that the processor has
 * Errors: `E_BACKEND` where the addon cannot be loaded, or the processor lacks the instruction set.
 */
export function nativeBackend(options: { readonly instructionSet?: InstructionSet } = {}): Backend {
  const addon = loadAddon();
  const set = chooseInstructionSet(addon, options.instructionSet ?? process.env.LAMINET_ISA);
  return {
    name: 'native',
    description: `native, ${set}`,
    plan(program, planOptions) {
      if (planOptions.precision !== 'float32') {
        throw new LaminetError('E_BACKEND', 'the native backend computes in float32; float64 needs backend: reference');
      }
      return new NativePlan(addon, program, planOptions, INSTRUCTION_SETS.indexOf(set));
    },
  };
}
