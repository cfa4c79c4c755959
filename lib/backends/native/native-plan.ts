import type { Program } from '../../ops/program';
import type { Plan, PlanOptions, RunOutcome, RunRequest, RunStatus } from '../backend';
import { checkRequest } from '../check-request';
import type { Addon } from './addon';
import { CustomCalls } from './custom-calls';
import { encodeProgram } from './encode';
import { statusError } from './status';

/** Behind these, the outcome of a run that ended because a function of the user's failed. */
const OUTCOMES: readonly RunStatus[] = ['done', 'stopped', 'diverged'];

/** What comes of an empty order. */
const NOTHING_DONE: RunOutcome = { status: 'done', steps: 0 };

/** For programs without an update. */
const NO_RATES = new Float64Array(0);

/** Plans that nobody holds any more: their native memory is freed with them. */
const forgotten = new FinalizationRegistry<{ addon: Addon; plan: number }>(({ addon, plan }) =>
  addon.disposePlan(plan),
);

/** A plan of the addon, known by its number. */
export class NativePlan implements Plan {
  readonly workingBytes: number;
  readonly #addon: Addon;
  readonly #program: Program;
  readonly #plan: number;

  constructor(addon: Addon, program: Program, options: PlanOptions, instructionSet: number) {
    const report = new Float64Array([-1]);
    const plan = addon.createPlan(encodeProgram(program), options.threads, instructionSet, report);
    if (plan < 0) throw statusError(plan, program, report[0]);
    this.#addon = addon;
    this.#program = program;
    this.#plan = plan;
    this.workingBytes = addon.workingBytes(plan);
    forgotten.register(this, { addon, plan }, this);
  }

  async run(request: RunRequest, onProgress?: (steps: number) => void): Promise<RunOutcome> {
    checkRequest(this.#program, 'float32', request);
    if (request.order.length === 0) return NOTHING_DONE;
    return new Promise((resolve, reject) => {
      const onEvent = (outcome: number, steps: number): void => {
        if (outcome < 0) onProgress?.(steps);
        else if (outcome < OUTCOMES.length) resolve({ status: OUTCOMES[outcome] as RunStatus, steps });
        else reject(customs.failure);
        // Naming `this` keeps the plan for as long as its run lasts, whoever has forgotten it meanwhile.
        void this.#plan;
      };
      const customs = new CustomCalls(this.#program, request);
      const status = this.#addon.run(this.#plan, ...this.#buffers(request, customs), onEvent);
      if (status < 0) reject(statusError(status, this.#program));
    });
  }

  runSync(request: RunRequest): RunOutcome {
    checkRequest(this.#program, 'float32', request);
    if (request.order.length === 0) return NOTHING_DONE;
    const customs = new CustomCalls(this.#program, request);
    const outcome = this.#addon.runSync(this.#plan, ...this.#buffers(request, customs));
    if (outcome < 0) throw statusError(outcome, this.#program);
    if (outcome >= OUTCOMES.length) throw customs.failure;
    return { status: OUTCOMES[outcome] as RunStatus, steps: request.control[1] ?? 0 };
  }

  dispose(): void {
    forgotten.unregister(this);
    this.#addon.disposePlan(this.#plan);
  }

  #buffers(request: RunRequest, customs: CustomCalls) {
    return [
      request.parameters,
      request.gradients,
      request.samples,
      request.targets,
      request.order,
      request.learningRates ?? NO_RATES,
      request.losses,
      request.correct,
      request.control,
      request.results,
      request.profile,
      request.version ?? 0,
      request.state,
      request.factors,
      request.penalties,
      request.weights,
      customs.exchange,
      customs.callBack,
      request.seed ?? 0,
      request.stepsBefore ?? 0,
      request.epoch ?? 0,
    ] as const;
  }
}
