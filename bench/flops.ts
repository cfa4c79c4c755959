import type { Instruction } from '../lib/ops/program';

/** Multiplications and additions of one sample of an instruction; 0 for those whose time is that of memory. */
export function instructionFlops({ op, geometry }: Instruction): number {
  const size = (field: string): number => geometry[field] ?? 0;
  if (op.startsWith('conv2d')) {
    const taps = size('kernelHeight') * size('kernelWidth') * (size('inChannels') / size('groups'));
    return 2 * taps * size('outChannels') * size('outHeight') * size('outWidth');
  }
  if (op.startsWith('dense')) return 2 * size('inputs') * size('outputs');
  return 0;
}
