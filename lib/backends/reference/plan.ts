import { setImmediate as nextTurn } from 'node:timers/promises';
import { LaminetError } from '../../errors';
import type { Program } from '../../ops/program';
import type { Precision } from '../../tensor/storage';
import { Control, type Plan, type RunOutcome, type RunRequest } from '../backend';
import { checkRequest } from '../check-request';
import { allocateWorkingMemory, type BoundInstruction, bindProgram, type WorkingMemory } from './interpreter';

/** How long steps may hold the event loop before others get their turn, in milliseconds. */
const LONGEST_TURN = 10;

/** A program ready to be interpreted. */
export class ReferencePlan implements Plan {
  readonly workingBytes: number;
  readonly #program: Program;
  readonly #precision: Precision;
  #memory: WorkingMemory | undefined;
  #running = false;

  constructor(program: Program, precision: Precision) {
    this.#program = program;
    this.#precision = precision;
    this.#memory = allocateWorkingMemory(program, precision);
    this.workingBytes = this.#memory.reduce((bytes, array) => bytes + (array?.byteLength ?? 0), 0);
  }

  async run(request: RunRequest, onProgress?: (steps: number) => void): Promise<RunOutcome> {
    const steps = this.#begin(request);
    try {
      let turnEnds = performance.now() + LONGEST_TURN;
      for (;;) {
        const { done, value } = steps.next();
        if (done) return value;
        if (performance.now() < turnEnds) continue;
        onProgress?.(value);
        await nextTurn();
        turnEnds = performance.now() + LONGEST_TURN;
      }
    } finally {
      this.#running = false;
    }
  }

  runSync(request: RunRequest): RunOutcome {
    const steps = this.#begin(request);
    try {
      for (;;) {
        const { done, value } = steps.next();
        if (done) return value;
      }
    } finally {
      this.#running = false;
    }
  }

  /** Refuses further runs; one under way ends as it would have. */
  dispose(): void {
    this.#memory = undefined;
  }

  #begin(request: RunRequest): Generator<number, RunOutcome> {
    if (!this.#memory) throw new LaminetError('E_STATE', 'the plan has been disposed of and cannot run any more');
    if (this.#running) {
      throw new LaminetError('E_STATE', 'the plan is running already; a plan runs one request at a time');
    }
    checkRequest(this.#program, this.#precision, request);
    this.#running = true;
    return takeSteps(this.#program, this.#memory, request);
  }
}

/** Runs instructions one after another; where a profile is asked for, adds the seconds that each took. */
function runAll(instructions: readonly BoundInstruction[], program: Program, profile: Float64Array | undefined): void {
  if (!profile) {
    for (const instruction of instructions) instruction.run();
    return;
  }
  for (const { instruction, run } of instructions) {
    const began = performance.now();
    run();
    const place = program.instructions.indexOf(instruction);
    profile[place] = (profile[place] ?? 0) + (performance.now() - began) / 1000;
  }
}

/** Runs a request step by step, yielding the number of finished steps after each; returns how the run ended. */
function* takeSteps(program: Program, memory: WorkingMemory, request: RunRequest): Generator<number, RunOutcome> {
  const { control, losses, correct, penalties, profile } = request;
  const total = Math.ceil(request.order.length / program.batchSize);
  const bound = bindProgram(program, memory, request);
  Atomics.store(control, Control.steps, 0);
  for (let step = 0; step < total; step++) {
    if (Atomics.load(control, Control.stop) === 1) return { status: 'stopped', steps: step };
    const updates = bound.begin(step);
    runAll(bound.compute, program, profile);
    if (program.correct >= 0) correct[step] = bound.scalar(program.correct);
    if (program.penalty >= 0 && penalties) penalties[step] = bound.scalar(program.penalty);
    if (program.loss >= 0) {
      const loss = bound.scalar(program.loss);
      losses[step] = loss;
      if (program.purpose === 'train' && !Number.isFinite(loss)) return { status: 'diverged', steps: step };
    }
    runAll(bound.finish, program, profile);
    if (updates) runAll(bound.update, program, profile);
    Atomics.store(control, Control.steps, step + 1);
    yield step + 1;
  }
  return { status: 'done', steps: total };
}
