import { Control, type RunRequest } from '../../lib/backends/backend';
import { referenceBackend } from '../../lib/backends/reference';
import { targets } from '../support/backends';
import { graph, newPlan, program, request as requestIn, SAMPLES, trainingProgram } from '../support/classifier';
import { expectClose, float32Training } from '../support/tolerance';

describe.each(targets)('a plan of $name', (target) => {
  const { precision, backend } = target;
  const request = (order?: readonly number[], learningRate?: number): RunRequest =>
    requestIn(precision, order, learningRate);

  /** So many steps that a run takes far more than one turn of the event loop: tenths of a second. */
  const steps = backend === referenceBackend ? 10_000 : 100_000;
  const longRun = (): RunRequest => {
    const entries = Array.from({ length: steps * 4 }, (_, entry) => entry % SAMPLES);
    return request(entries, 1e-6);
  };

  it('takes the last step with what is left, and means over what it has', () => {
    const whole = request();
    expect(newPlan(target).runSync(whole)).toEqual({ status: 'done', steps: 3 });
    expect(whole.control[Control.steps]).toBe(3);
    const before = request([0, 1, 2, 3, 4, 5, 6, 7]);
    newPlan(target).runSync(before);
    const last = request([8, 9]);
    last.parameters.set(before.parameters);
    newPlan(target, trainingProgram(2)).runSync(last);
    // A plan for two samples may take other kernels than one for four: the same numbers, not the same bits.
    const tolerance = float32Training(1, 4);
    expectClose('losses', [...before.losses, last.losses[0] as number], whole.losses, tolerance);
    expectClose('gradients', last.gradients, whole.gradients, tolerance);
    expectClose('parameters', last.parameters, whole.parameters, tolerance);
  });

  it('does the same in turns with the event loop as at once', async () => {
    const atOnce = request();
    const inTurns = request();
    newPlan(target).runSync(atOnce);
    expect(await newPlan(target).run(inTurns)).toEqual({ status: 'done', steps: 3 });
    expect(inTurns).toEqual(atOnce);
  });

  it('does the same the second time', () => {
    const plan = newPlan(target);
    const [first, second] = [request(), request()];
    plan.runSync(first);
    plan.runSync(second);
    expect(second).toEqual(first);
  });

  it('does nothing for no samples', () => {
    const empty = request([]);
    const before = empty.parameters.slice();
    expect(newPlan(target).runSync(empty)).toEqual({ status: 'done', steps: 0 });
    expect(empty.parameters).toEqual(before);
  });

  it('lets the event loop have its turns, and tells how far it is', async () => {
    let timers = 0;
    const timer = setInterval(() => {
      timers += 1;
    }, 1);
    const progress: number[] = [];
    const outcome = await newPlan(target).run(longRun(), (finished) => progress.push(finished));
    clearInterval(timer);
    expect(outcome).toEqual({ status: 'done', steps });
    expect(timers).toBeGreaterThan(0);
    expect(progress.length).toBeGreaterThan(0);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBeLessThanOrEqual(steps);
  });

  it('stops after the step under way', async () => {
    const long = longRun();
    const outcome = await newPlan(target).run(long, () => Atomics.store(long.control, Control.stop, 1));
    expect(outcome.status).toBe('stopped');
    expect(outcome.steps).toBeGreaterThan(0);
    expect(outcome.steps).toBeLessThan(steps);
    expect(long.control[Control.steps]).toBe(outcome.steps);
    expect(long.losses[outcome.steps - 1]).toBeGreaterThan(0);
    expect(long.losses[outcome.steps]).toBe(0);
  });

  it('does not begin where it is stopped before', () => {
    const stopped = request();
    stopped.control[Control.stop] = 1;
    expect(newPlan(target).runSync(stopped)).toEqual({ status: 'stopped', steps: 0 });
  });

  it('runs one request at a time, and the next one after it', async () => {
    const plan = newPlan(target);
    const first = plan.run(longRun());
    await expect(plan.run(request())).rejects.toMatchObject({ code: 'E_STATE' });
    expect(() => plan.runSync(request())).toThrow(expect.objectContaining({ code: 'E_STATE' }));
    expect(await first).toEqual({ status: 'done', steps });
    expect(plan.runSync(request())).toEqual({ status: 'done', steps: 3 });
  });

  it('can be run again after a request that was refused', async () => {
    const plan = newPlan(target);
    const refused = { ...request(), order: Uint32Array.of(SAMPLES) };
    await expect(plan.run(refused)).rejects.toMatchObject({ code: 'E_DATA' });
    expect(() => plan.runSync(refused)).toThrow(expect.objectContaining({ code: 'E_DATA' }));
    expect(plan.runSync(request())).toEqual({ status: 'done', steps: 3 });
  });

  it('does not run once disposed of; a run under way ends, whole or stopped', async () => {
    const plan = newPlan(target);
    const running = plan.run(longRun());
    plan.dispose();
    plan.dispose();
    expect(['done', 'stopped']).toContain((await running).status);
    await expect(plan.run(request())).rejects.toMatchObject({ code: 'E_STATE' });
    expect(() => plan.runSync(request())).toThrow(expect.objectContaining({ code: 'E_STATE' }));
  });

  it.each(['runSync', 'run'] as const)(
    '%s ends before the update of a step whose loss is not a number',
    async (run) => {
      const diverging = request([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      diverging.samples[4 * 4] = Number.NaN;
      const first = request([0, 1, 2, 3]);
      newPlan(target).runSync(first);
      expect(await newPlan(target)[run](diverging)).toEqual({ status: 'diverged', steps: 1 });
      expect(diverging.control[Control.steps]).toBe(1);
      expect(diverging.losses[1]).toBeNaN();
      expect(diverging.parameters).toEqual(first.parameters);
    },
  );

  it('writes nothing between parameters, nor beyond what the run needs', () => {
    const guarded = request();
    const losses = new Float64Array(new SharedArrayBuffer(8 * 9)).fill(7);
    const correct = new Float64Array(new SharedArrayBuffer(8 * 9)).fill(7);
    newPlan(target).runSync({ ...guarded, losses, correct });
    expect(Array.from(losses.subarray(3))).toEqual([7, 7, 7, 7, 7, 7]);
    expect(Array.from(correct.subarray(3))).toEqual([7, 7, 7, 7, 7, 7]);
    const ends = graph.parameters.map(({ offset, size }) => offset + size);
    for (const [index, end] of ends.entries()) {
      const next = graph.parameters[index + 1]?.offset ?? program.parameterElements;
      expect(guarded.parameters.subarray(end, next).every((value) => value === 0)).toBe(true);
      expect(guarded.gradients.subarray(end, next).every((value) => value === 0)).toBe(true);
    }
  });
});
