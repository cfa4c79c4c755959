import type { Plan } from '../lib/backends/backend';
import { type Loss, sumOfSquaredErrors } from '../lib/losses/loss';
import type { Graph } from '../lib/model/graph';
import { instructionFlops } from '../lib/model/profile';
import type { Instruction, Program } from '../lib/ops/program';
import type { OpName } from '../lib/ops/registry';
import { sizeOf } from '../lib/tensor/shape';
import type { Machine } from './machine';
import { type Sample, summarize } from './measure';
import { randomNumbers, trainingRun } from './network-run';

/** A training step whose instructions are timed one by one. */
export interface TimedStep {
  readonly program: Program;
  readonly plan: Plan;
  /** Runs the step so many times; returns the seconds that each instruction took in one, all threads added up. */
  time(steps: number): Promise<Float64Array>;
}

/** One training step of a network on numbers at random, the gradient of its input included. */
export function timedStep(graph: Graph, batch: number, threads: number, loss: Loss = sumOfSquaredErrors()): TimedStep {
  const data = randomNumbers(graph.inputShape, sizeOf(graph.outputShape), batch);
  const { program, plan, run } = trainingRun(graph, loss, data, batch, threads, {
    inputGradient: true,
  });
  return {
    program,
    plan,
    async time(steps) {
      const profile = new Float64Array(program.instructions.length + 2);
      for (let step = 0; step < steps; step++) await run(profile);
      return profile.map((seconds) => seconds / steps);
    },
  };
}

/** The seconds of each instruction over some rounds, after one that is not counted. */
export async function timeRounds({ program, time }: TimedStep, steps: number, rounds: number): Promise<Sample[]> {
  const counted: Float64Array[] = [];
  for (let round = 0; round <= rounds; round++) {
    const seconds = await time(steps);
    if (round > 0) counted.push(seconds);
  }
  return program.instructions.map((_, index) => summarize(counted.map((seconds) => seconds[index] ?? Number.NaN)));
}

/** How fast one pass of a layer was. */
export interface Pass {
  readonly gflops: number;
  readonly least: number;
  readonly most: number;
  readonly shareOfPeak: number;
}

/** The passes of one layer, and how many threads did them. */
export interface PassRow {
  readonly shape: string;
  readonly batch: number;
  readonly threads: number;
  readonly passes: readonly Pass[];
}

const flopsOf = (instructions: readonly Instruction[]): number =>
  instructions.reduce((sum, instruction) => sum + instructionFlops(instruction), 0);

/**
 * GFLOP/s of some instructions of a network's training step. Batches that have no slice of 16 samples for every thread are
 * done on one: the time of a thread that waits would not be told from that of one that works.
 */
export async function measurePasses(
  shape: string,
  graph: Graph,
  batch: number,
  ops: readonly OpName[],
  machine: Machine,
  rounds: number,
): Promise<PassRow> {
  const threads = batch >= 16 * machine.threads ? machine.threads : 1;
  const peak = threads === 1 ? machine.peak : machine.peakOfAll;
  const step = timedStep(graph, batch, threads);
  const { instructions } = step.program;
  // Steps for about a twentieth of a second.
  const steps = Math.min(2000, Math.max(1, Math.ceil((0.05 * peak * 1e9) / (flopsOf(instructions) * batch))));
  const seconds = await timeRounds(step, steps, rounds);
  step.plan.dispose();
  return {
    shape,
    batch,
    threads,
    passes: ops.map((op) => {
      const index = instructions.findIndex((instruction) => instruction.op === op);
      const instruction = instructions[index];
      const { median, least, most } = seconds[index] ?? summarize([]);
      // Seconds are added up over threads, which work at the same time.
      const work = instruction ? (instructionFlops(instruction) * batch * threads) / 1e9 : Number.NaN;
      return {
        gflops: work / median,
        least: work / most,
        most: work / least,
        shareOfPeak: work / median / peak,
      };
    }),
  };
}

/** The cells of a row: rate and share of the peak of every pass. */
export function passCells({ shape, batch, threads, passes }: PassRow): string[] {
  const cells = passes.flatMap(({ gflops, shareOfPeak }) => [gflops.toFixed(0), `${(shareOfPeak * 100).toFixed(0)} %`]);
  return [shape, String(batch), String(threads), ...cells];
}

/** The header above {@link passCells}, for the three passes of a layer with weights. */
export const PASS_HEADER = [
  'batch',
  'threads',
  'forward',
  'of peak',
  'to input',
  'of peak',
  'to weights',
  'of peak',
] as const;
