import os from 'node:os';
import { availableInstructionSets, type InstructionSet, measurePeak } from '../lib/backends/native';

/** What was measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  readonly instructionSet: InstructionSet;
  /** Multiply-adds that touch no memory, in GFLOP/s: on one thread and on all. */
  readonly peak: number;
  readonly peakOfAll: number;
  readonly threads: number;
}

/** The best of a few short measurements, in GFLOP/s: other work on the machine can only lower one. */
function bestPeak(instructionSet: InstructionSet, threads: number): number {
  return Math.max(...Array.from({ length: 5 }, () => measurePeak(instructionSet, threads))) / 1e9;
}

/** Looks at the machine and measures its peak. */
export function describeMachine(threads: number): Machine {
  const sets = availableInstructionSets();
  const asked = sets.find((set) => set === process.env.LAMINET_ISA);
  const instructionSet = asked ?? sets.at(-1) ?? 'sse2';
  return {
    processor: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    node: process.version,
    instructionSet,
    peak: bestPeak(instructionSet, 1),
    peakOfAll: bestPeak(instructionSet, threads),
    threads,
  };
}

/** The machine in a line. */
export const machineLine = ({ processor, cores, instructionSet, node, threads, peak, peakOfAll }: Machine): string =>
  `${processor}, ${cores} cores, ${instructionSet}, Node ${node}; multiply-adds that touch no memory: ` +
  `${peak.toFixed(0)} GFLOP/s on one thread, ${peakOfAll.toFixed(0)} on ${threads}`;
