import { LaminetError } from '../errors';
import { epochRates } from '../schedules/schedule';
import { nextStoppingState } from './early-stopping';
import { epochLength, epochRequest, observedOf, partOf, putObserved } from './epoch-request';
import type { EndReason, EpochRecord, History, TrainingEvent } from './events';
import { monitoredValue } from './monitor';
import { untilResumed } from './pause';
import { profileRows } from './profile';
import { failDiverged, replay, type StepsBegun } from './replay';
import { type DataRequest, runWithSignal, summarize } from './runner';
import { restoreSnapshot, takeSnapshot } from './snapshot';
import { hasStatistics, statisticsOf } from './statistics';
import type { TrainingContext } from './training-context';
import type { TrainingState } from './training-state';

/** The work's result, or undefined where the signal has stopped it, or the model was disposed of, which aborts it, too. */
async function unlessAborted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const stopped = error instanceof LaminetError && ['E_ABORTED', 'E_STATE'].includes(error.code);
    if (signal?.aborted && stopped) return undefined;
    throw error;
  }
}

/**
 * The training loop: epochs of steps on a plan, told of as events. An epoch is one call of the plan, but where an evaluation
 * or a checkpoint is due in the middle of it, or it is paused there. `state` says where to begin, and is kept up to date.
 */
export async function train(context: TrainingContext, state: TrainingState): Promise<History> {
  return new TrainingLoop(context, state).run();
}

class TrainingLoop {
  readonly #context: TrainingContext;
  readonly #state: TrainingState;
  readonly #steps: number;
  readonly #updates: number;
  /** The last two calls of the plan, for a loss that is no number. */
  #begun: readonly StepsBegun[] = [];
  readonly #profile: Float64Array | undefined;
  #trained = 0;
  /** Where the last checkpoint was made, or the run begins. */
  #kept: { readonly epoch: number; readonly step: number };

  constructor(context: TrainingContext, state: TrainingState) {
    this.#context = context;
    this.#state = state;
    this.#kept = { epoch: state.epoch, step: state.step };
    ({ steps: this.#steps, updates: this.#updates } = epochLength(context));
    if (context.profile) this.#profile = new Float64Array(context.program.instructions.length + 2);
  }

  async run(): Promise<History> {
    const { epochs, batchSize, data, parameters, backend, signal, evaluation, stopping, resumedFrom } = this.#context;
    const { store, optimizerState } = this.#context;
    const state = this.#state;
    const began = performance.now();
    const { epoch, step } = state;
    const resumed = resumedFrom === undefined ? {} : { resumed: { path: resumedFrom, epoch, step } };
    const samples = data.count;
    await this.#tell({
      type: 'start',
      epochs,
      batchSize,
      samples,
      stepsPerEpoch: this.#steps,
      parameters,
      backend,
      ...resumed,
    });
    while (this.#mayGoOn() && !signal?.aborted && (await this.#runEpoch()));
    const reason: EndReason = this.#mayGoOn() ? 'aborted' : state.epoch > epochs ? 'done' : 'stoppedEarly';
    await this.#keepCheckpoint();
    if (reason !== 'aborted' && stopping?.restoreBest && state.best) restoreSnapshot(state.best, store, optimizerState);
    const seconds = (performance.now() - began) / 1000;
    await this.#tell({ type: 'end', reason, epochs: state.epochs.length, seconds });
    const { best, bestEpoch = 0 } = state.stopping ?? {};
    return {
      epochs: state.epochs,
      reason,
      ...(evaluation && { evaluations: state.evaluations }),
      ...(stopping && typeof best === 'number' && { best: { epoch: bestEpoch, value: best } }),
      ...(this.#profile && { profile: profileRows(this.#context.program, this.#profile, this.#trained) }),
    };
  }

  /** Whether there is an epoch to be run or to be finished. */
  #mayGoOn(): boolean {
    const { epochs, stopping } = this.#context;
    const { epoch, step, stopping: stoppingState } = this.#state;
    if (epoch > epochs) return false;
    return step > 0 || !stopping || !stoppingState || stoppingState.badEpochs < stopping.patience;
  }

  async #tell(event: TrainingEvent): Promise<void> {
    await this.#context.onEvent(event);
  }

  /** Runs what is left of an epoch; false where the signal has stopped it. */
  async #runEpoch(): Promise<boolean> {
    const context = this.#context;
    const state = this.#state;
    const { schedule, program, optimizerState } = context;
    const rates = epochRates(schedule, state.epoch, this.#updates, state.schedule);
    const updatesBefore = optimizerState.steps - Math.ceil(state.step / program.stepsPerUpdate);
    const request = epochRequest(context, state.epoch, rates, updatesBefore);
    if (state.observed) putObserved(request, state.observed);
    delete state.observed;
    const finished = (await this.#runRest(request)) && (await this.#closeEpoch(request));
    if (!finished) await this.#keepCheckpoint(request);
    return finished;
  }

  /** Runs the steps that are left of an epoch, with all that is due among them; false where the signal has stopped it. */
  async #runRest(request: DataRequest): Promise<boolean> {
    // At first, too: the run that this one goes on from may have been stopped before an evaluation.
    while (await this.#evaluatePicked()) {
      if (this.#state.step === this.#steps) return true;
      await this.#keepIfDue(request, false);
      if (!(await this.#mayStep())) return false;
      if (!(await this.#runSteps(request, this.#nextStop()))) return false;
    }
    return false;
  }

  /** Waits while the run is paused; false where the signal has stopped it meanwhile. */
  async #mayStep(): Promise<boolean> {
    const { pause, signal } = this.#context;
    if (!pause?.paused) return true;
    const { epoch, step } = this.#state;
    await this.#tell({ type: 'pause', epoch, step });
    await untilResumed(pause, signal);
    if (signal?.aborted) return false;
    await this.#tell({ type: 'resume', epoch, step });
    return true;
  }

  /** Training samples so far, over all epochs. */
  #samplesSeen(step: number = this.#state.step): number {
    const { data, batchSize } = this.#context;
    return (this.#state.epoch - 1) * data.count + Math.min(step * batchSize, data.count);
  }

  /** The step of this epoch before which there is nothing to do but steps; an update ends there. */
  #nextStop(): number {
    const { evaluation, inspect, checkpoints, batchSize, program } = this.#context;
    const { epoch, step } = this.#state;
    let stop = this.#steps;
    // Statistics tell what the last update changes: it is run alone.
    const last = (this.#updates - 1) * program.stepsPerUpdate;
    if (inspect && hasStatistics(epoch) && step < last) stop = last;
    if (evaluation) {
      const samples = evaluation.every - (this.#samplesSeen() % evaluation.every);
      stop = Math.min(stop, step + Math.ceil(samples / batchSize));
    }
    if (checkpoints) stop = Math.min(stop, step + checkpoints.stepsToGo(this.#stepsMade()));
    const { stepsPerUpdate } = program;
    return Math.min(Math.ceil(stop / stepsPerUpdate) * stepsPerUpdate, this.#steps);
  }

  /** Runs the steps up to one, or to where it is paused; false where the signal has stopped it. */
  async #runSteps(request: DataRequest, to: number): Promise<boolean> {
    const context = this.#context;
    const state = this.#state;
    const { program, plan, signal, pause, batchSize, store, optimizerState, data } = context;
    const from = state.step;
    const begun: StepsBegun = { epoch: state.epoch, request, from, to, snapshot: takeSnapshot(store, optimizerState) };
    this.#begun = [...this.#begun.slice(-1), begun];
    const part = { ...partOf(request, program, from, to), ...(this.#profile && { profile: this.#profile }) };
    const began = performance.now();
    const secondsNow = (): number => state.seconds + (performance.now() - began) / 1000;
    let failure: { readonly error: unknown } | undefined;
    const fail = (error: unknown): void => {
      failure ??= { error };
      Atomics.store(part.control, 0, 1);
    };
    const tell = (done: number): void => {
      try {
        const told = context.onEvent(this.#progress(request, from + done, secondsNow()));
        if (told !== undefined) Promise.resolve(told).catch(fail);
      } catch (error) {
        fail(error);
      }
    };
    const outcome = await runWithSignal(plan, part, signal, tell, pause);
    state.seconds = secondsNow();
    if (failure) throw failure.error;
    if (outcome.status === 'diverged') await failDiverged(context, this.#begun, outcome.steps);
    this.#trained += Math.min((from + outcome.steps) * batchSize, data.count) - from * batchSize;
    if (outcome.status === 'done') {
      optimizerState.steps += Math.ceil(outcome.steps / program.stepsPerUpdate);
      state.step = to;
      return true;
    }
    await this.#keepWholeUpdates(begun, outcome.steps);
    return !signal?.aborted;
  }

  /**
   * After a signal or a pause in the midst of a call: what has begun ends with its last update. Where it goes on from there, now
   * or from a checkpoint, running statistics, which have seen the steps of an update that was not made, go back, too.
   */
  async #keepWholeUpdates(begun: StepsBegun, steps: number): Promise<void> {
    const { checkpoints, optimizerState, program, signal } = this.#context;
    const updates = Math.floor(steps / program.stepsPerUpdate);
    const whole = updates * program.stepsPerUpdate;
    const goesOn = checkpoints !== undefined || !signal?.aborted;
    if (goesOn && whole < steps) await replay(this.#context, begun, whole);
    else optimizerState.steps += updates;
    const to = begun.from + whole;
    this.#state.step = to;
    this.#begun = [...this.#begun.slice(0, -1), ...(whole > 0 ? [{ ...begun, to }] : [])];
  }

  #progress(request: DataRequest, step: number, seconds: number): TrainingEvent {
    const { samples, ...means } = summarize(request, this.#context.batchSize, step);
    const samplesPerSecond = samples / seconds;
    const { epoch } = this.#state;
    return { type: 'progress', epoch, step, steps: this.#steps, samplesSeen: samples, samplesPerSecond, ...means };
  }

  /** Evaluates picked samples where that has come due since the last time; false where the signal has stopped it. */
  async #evaluatePicked(): Promise<boolean> {
    const { evaluation, signal } = this.#context;
    if (!evaluation) return true;
    const samplesSeen = this.#samplesSeen();
    const number = Math.floor(samplesSeen / evaluation.every);
    const last = this.#state.evaluations.at(-1)?.samplesSeen ?? 0;
    if (number === Math.floor(last / evaluation.every)) return true;
    const found = await unlessAborted(signal, () => evaluation.run(number));
    if (!found) return false;
    const { epoch, step } = this.#state;
    const { metrics: _, ...values } = found;
    const record = { epoch, step, samplesSeen, ...values };
    this.#state.evaluations.push(record);
    await this.#tell({ type: 'evaluation', ...record });
    return true;
  }

  /** Validates, records and tells of an epoch whose steps are done; false where the signal has stopped that. */
  async #closeEpoch(request: DataRequest): Promise<boolean> {
    const context = this.#context;
    const state = this.#state;
    const { batchSize, data, signal, validate, measure, schedule, stopping } = context;
    const validation = validate && (await unlessAborted(signal, validate));
    if (validate && !validation) return false;
    const { epoch, seconds } = state;
    const { samples: _, ...means } = summarize(request, batchSize, this.#steps);
    const record: EpochRecord = {
      epoch,
      ...means,
      seconds,
      samplesPerSecond: data.count / seconds,
      learningRate: request.learningRates?.at(-1) ?? 0,
      ...measure(request),
      ...(validation ? { validation } : {}),
    };
    state.epochs.push(record);
    if (schedule.feedback && state.schedule) {
      state.schedule = schedule.feedback.next(state.schedule, monitoredValue(record, schedule.feedback.monitor));
    }
    if (stopping && state.stopping) {
      state.stopping = nextStoppingState(stopping, state.stopping, epoch, monitoredValue(record, stopping.monitor));
      if (stopping.restoreBest && state.stopping.bestEpoch === epoch) {
        state.best = takeSnapshot(context.store, context.optimizerState);
      }
    }
    Object.assign(state, { epoch: epoch + 1, step: 0, seconds: 0 });
    await this.#tell({ type: 'epoch', ...record });
    await this.#tellStatistics(epoch);
    await this.#keepIfDue(request, true);
    return true;
  }

  /** Looks into the network after an epoch, where that was asked for. */
  async #tellStatistics(epoch: number): Promise<void> {
    const { inspect, signal, store, graph, frozen } = this.#context;
    const before = this.#begun.at(-1)?.snapshot.values;
    if (!inspect || !before || !hasStatistics(epoch)) return;
    const inspection = await unlessAborted(signal, inspect);
    if (!inspection) return;
    await this.#tell({ type: 'statistics', epoch, ...statisticsOf(graph, frozen, [before, store.values], inspection) });
  }

  /** Writes a checkpoint where its time has come. */
  async #keepIfDue(request: DataRequest, epochEnded: boolean): Promise<void> {
    const { epoch } = this.#state;
    const due = this.#context.checkpoints?.isDue(this.#stepsMade(), epochEnded ? epoch - 1 : undefined);
    if (due) await this.#keepCheckpoint(request);
  }

  /**
   * Writes a checkpoint, unless the last one is of the same place.
   * @param request of the epoch under way, in the middle of one
   */
  async #keepCheckpoint(request?: DataRequest): Promise<void> {
    const { checkpoints, program } = this.#context;
    const { epoch, step } = this.#state;
    if (!checkpoints || (epoch === this.#kept.epoch && step === this.#kept.step)) return;
    const path = await checkpoints.keep(this.#state, this.#stepsMade(), request && observedOf(request, program, step));
    this.#kept = { epoch, step };
    await this.#tell({ type: 'checkpoint', path, epoch, step });
  }

  /** Since the run's first epoch. */
  #stepsMade(): number {
    return (this.#state.epoch - 1) * this.#steps + this.#state.step;
  }
}
