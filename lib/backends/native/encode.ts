import type { Instruction, Program, ProgramTensor } from '../../ops/program';
import { OP_NAMES } from '../../ops/registry';
import { sizeOf } from '../../tensor/shape';

/** The first numbers of an encoded program: its mark and the version of the encoding. */
const MAGIC = 0x4c414d49;
const VERSION = 1;

// The order of these lists is the order of the enumerations in native/plan/program.h.
const ROLES = [
  'activation',
  'parameter',
  'gradient',
  'targets',
  'scalar',
  'partial',
  'statistics',
  'state',
  'accumulated',
  'weights',
] as const;
const KINDS = ['float', 'label', 'index'] as const;
const TARGETS = ['none', 'classes', 'values'] as const;
const PURPOSES = ['train', 'evaluate', 'predict'] as const;

function encodeTensor({ role, kind, batched, shape, parameter, slot }: ProgramTensor): number[] {
  return [ROLES.indexOf(role), KINDS.indexOf(kind), batched ? 1 : 0, sizeOf(shape), parameter ?? -1, slot ?? -1];
}

function encodeInstruction({ op, inputs, outputs, geometry }: Instruction): number[] {
  const fields = Object.values(geometry).flat();
  return [OP_NAMES.indexOf(op), inputs.length, outputs.length, fields.length, ...inputs, ...outputs, ...fields];
}

/** A program as the plain numbers that native/plan/decode.cc reads: header, parameters, tensors, instructions, results. */
export function encodeProgram(program: Program): Float64Array {
  const numbers = [
    MAGIC,
    VERSION,
    PURPOSES.indexOf(program.purpose),
    program.batchSize,
    program.source.kind === 'uint8' ? 1 : 0,
    sizeOf(program.source.shape),
    TARGETS.indexOf(program.targets),
    program.parameterElements,
    program.stepsPerUpdate,
    program.stateSlots,
    program.stepFactors,
    program.parameters.length,
    ...program.parameters.flatMap(({ offset, size }) => [offset, size]),
    program.tensors.length,
    ...program.tensors.flatMap(encodeTensor),
    program.instructions.length,
    ...program.instructions.flatMap(encodeInstruction),
    program.results.length,
    ...program.results,
    program.loss,
    program.correct,
    program.penalty,
  ];
  return Float64Array.from(numbers);
}
