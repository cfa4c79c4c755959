import { LaminetError } from '../../errors';
import type { Program } from '../../ops/program';

/** By the addon's status: what it means. The list is that of native/plan/program.h. */
const MEANINGS: Readonly<Record<number, string>> = {
  [-1]: 'the encoded program is malformed',
  [-2]: 'it does not know an instruction',
  [-3]: 'the geometry of an instruction is out of range or contradicts itself',
  [-4]: 'an instruction has an operand of the wrong role, kind or size, or one that is not computed yet',
  [-5]: 'it would take more memory than can be addressed',
  [-6]: 'there is not enough memory',
  [-7]: 'this processor lacks the instruction set that was asked for',
  [-8]: 'the plan was disposed of',
  [-9]: 'the plan is running already',
  [-10]: 'a buffer has the wrong type or length, or a sample index lies beyond the data',
  [-11]: 'the system gives no more threads',
};

/** The error for a status below zero. `instruction` is the one that was refused, or -1. */
export function statusError(status: number, program: Program, instruction = -1): LaminetError {
  const guilty = program.instructions[instruction];
  const where = guilty ? ` (instruction ${instruction}, ${guilty.op} of ${guilty.layer})` : '';
  const meaning = MEANINGS[status] ?? `status ${status}`;
  const code = status === -8 || status === -9 ? 'E_STATE' : 'E_BACKEND';
  return new LaminetError(code, `the native backend refused the ${program.purpose} program${where}: ${meaning}`, {
    status,
    instruction,
  });
}
