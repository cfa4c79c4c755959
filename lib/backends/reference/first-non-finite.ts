import type { Instruction, Program, ProgramTensor } from '../../ops/program';
import { allocateFloats, type Precision } from '../../tensor/storage';
import type { RunRequest } from '../backend';
import { checkRequest } from '../check-request';
import { allocateWorkingMemory, bindProgram } from './interpreter';
import type { Operand } from './kernel';

/** Where a step first went wrong. */
interface NonFinite {
  readonly instruction: Instruction;
  /** The output that holds the value. */
  readonly tensor: ProgramTensor;
  /** NaN, Infinity or -Infinity. */
  readonly value: number;
}

function nonFiniteIn(values: Operand, length: number): number | undefined {
  for (let index = 0; values && index < length; index++) {
    const value = values[index] as number;
    if (!Number.isFinite(value)) return value;
  }
  return undefined;
}

/**
 * Runs the first step of `request` on its parameters, without updates, and tells the first instruction in program order
 * whose output holds a NaN or an infinity; undefined where all is finite. Nothing of the request is written: not its
 * gradients, not its results.
 */
export function firstNonFinite(program: Program, precision: Precision, request: RunRequest): NonFinite | undefined {
  checkRequest(program, precision, request);
  if (request.order.length === 0) return undefined;
  const gradients = allocateFloats(precision, program.parameterElements);
  const bound = bindProgram(program, allocateWorkingMemory(program, precision), { ...request, gradients });
  const count = Math.min(program.batchSize, request.order.length);
  bound.begin(0);
  for (const { instruction, outputs, run } of bound.compute) {
    if (instruction.op === 'scatter') continue;
    run();
    for (const [place, values] of outputs.entries()) {
      const tensor = program.tensors[instruction.outputs[place] ?? -1];
      if (!tensor || !values) continue;
      const length = tensor.batched ? (values.length / program.batchSize) * count : values.length;
      const value = nonFiniteIn(values, length);
      if (value !== undefined) return { instruction, tensor, value };
    }
  }
  return undefined;
}
