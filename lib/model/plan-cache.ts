import type { Backend, Plan, PlanOptions } from '../backends/backend';
import type { Program } from '../ops/program';

/** How many plans a model keeps: train, evaluate and predict, for some sources and batch sizes each. */
const KEPT = 10;

/** A program and what runs it. */
export interface PlannedProgram {
  readonly program: Program;
  readonly plan: Plan;
}

/** The plans of a model: made once for each program, used by one run at a time. */
export class PlanCache {
  readonly #backend: Backend;
  readonly #options: PlanOptions;
  readonly #plans = new Map<string, PlannedProgram>();
  readonly #turns = new WeakMap<Plan, Promise<unknown>>();

  constructor(backend: Backend, options: PlanOptions) {
    this.#backend = backend;
    this.#options = options;
  }

  /** `native, avx512, 2 threads`. */
  get description(): string {
    const { threads } = this.#options;
    const parallel = this.#backend.name === 'native' ? `, ${threads} ${threads === 1 ? 'thread' : 'threads'}` : '';
    return `${this.#backend.description}${parallel}`;
  }

  /**
   * The program and plan for a key; made at the first time.
   * @param key says everything that `compile` depends on
   */
  get(key: string, compile: () => Program): PlannedProgram {
    const kept = this.#plans.get(key);
    if (kept) {
      // The last one used is the last to be forgotten.
      this.#plans.delete(key);
      this.#plans.set(key, kept);
      return kept;
    }
    const program = compile();
    const planned = { program, plan: this.#backend.plan(program, this.#options) };
    this.#plans.set(key, planned);
    if (this.#plans.size > KEPT) this.#forgetOldest();
    return planned;
  }

  /** Runs `work` when every earlier run of the plan has ended. */
  async exclusively<T>(plan: Plan, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(plan) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#turns.set(
      plan,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /** Frees every plan as soon as no run uses it. */
  dispose(): void {
    for (const { plan } of this.#plans.values()) this.#release(plan);
    this.#plans.clear();
  }

  #forgetOldest(): void {
    const oldest = this.#plans.entries().next().value;
    if (!oldest) return;
    this.#plans.delete(oldest[0]);
    this.#release(oldest[1].plan);
  }

  #release(plan: Plan): void {
    const turn = this.#turns.get(plan);
    if (turn) void turn.finally(() => plan.dispose());
    else plan.dispose();
  }
}
