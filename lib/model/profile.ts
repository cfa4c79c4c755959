import { fieldOf, type Instruction, type Program } from '../ops/program';

/** Where training spent its time: one instruction of the program, or one of what goes on beside them. */
export interface ProfileRow {
  /** `conv2dGradWeight`; `update` for summing gradients and changing parameters, `waiting` for threads for each other. */
  readonly op: string;
  readonly layer: string;
  /** Added up over all threads. */
  readonly seconds: number;
  /** Multiplications and additions done in that time; 0 for those whose time is that of memory. */
  readonly flops: number;
}

/** Multiplications and additions of one sample of an instruction; 0 for those whose time is that of memory. */
export function instructionFlops({ op, geometry }: Instruction): number {
  const size = (field: string): number => fieldOf(geometry, field, 0);
  if (op.startsWith('conv2d')) {
    const taps = size('kernelHeight') * size('kernelWidth') * (size('inChannels') / size('groups'));
    return 2 * taps * size('outChannels') * size('outHeight') * size('outWidth');
  }
  if (op.startsWith('partialConv2d')) {
    const taps = size('kernelHeight') * size('kernelWidth');
    return 2 * taps * (geometry.inputMaps as readonly number[]).length * size('outHeight') * size('outWidth');
  }
  if (op.startsWith('dense')) return 2 * size('inputs') * size('outputs');
  return 0;
}

/** The seconds that a run added up (see `RunRequest.profile`) as rows, in program order. */
export function profileRows(program: Program, seconds: Float64Array, samples: number): ProfileRow[] {
  const { instructions } = program;
  const rows = instructions.map((instruction, index) => ({
    op: instruction.op,
    layer: instruction.layer,
    seconds: seconds[index] ?? 0,
    flops: instructionFlops(instruction) * samples,
  }));
  const updates = rows.filter((_, index) => instructions[index]?.phase === 'update');
  const update = updates.reduce((sum, row) => sum + row.seconds, seconds[instructions.length] ?? 0);
  return [
    ...rows.filter((row) => !updates.includes(row)),
    { op: 'update', layer: '', seconds: update, flops: 0 },
    { op: 'waiting', layer: '', seconds: seconds[instructions.length + 1] ?? 0, flops: 0 },
  ];
}
