import type { Backend, Plan, PlanOptions } from '../backends/backend';
import type { Program } from '../ops/program';

/** How many plans a model keeps: train, evaluate and predict, for two sources or batch sizes each. */
const KEPT = 6;

/** The plans of a model: made once for each program, used by one run at a time. */
export class PlanCache {
  readonly #backend: Backend;
  readonly #options: PlanOptions;
  readonly #plans = new Map<string, Plan>();
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

  /** The plan of a program; one that was made for the same instructions serves again. */
  get(program: Program): Plan {
    const key = JSON.stringify(program);
    const kept = this.#plans.get(key);
    this.#plans.delete(key);
    const plan = kept ?? this.#backend.plan(program, this.#options);
    this.#plans.set(key, plan);
    if (this.#plans.size > KEPT) this.#forgetOldest();
    return plan;
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
    for (const plan of this.#plans.values()) this.#release(plan);
    this.#plans.clear();
  }

  #forgetOldest(): void {
    const oldest = this.#plans.entries().next().value;
    if (!oldest) return;
    this.#plans.delete(oldest[0]);
    this.#release(oldest[1]);
  }

  #release(plan: Plan): void {
    const turn = this.#turns.get(plan);
    if (turn) void turn.finally(() => plan.dispose());
    else plan.dispose();
  }
}
