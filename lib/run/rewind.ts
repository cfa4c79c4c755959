import { existsSync } from 'node:fs';
import { readTraining } from '../model/checkpoint';
import type { EpochRecord, TrainingEvent } from '../model/events';
import { readTensors } from '../model/store';
import { type LoggedEvent, readEvents } from './read-events';

/** Where a run goes on: a checkpoint, and the place of it. */
export interface ResumedAt {
  readonly path: string;
  readonly epoch: number;
  readonly step: number;
}

/** What a run had told up to some place. */
export interface ToldBefore {
  readonly events: readonly LoggedEvent[];
  readonly epochs: readonly EpochRecord[];
}

/**
 * What a run has told up to the checkpoint that it goes on from. Events of later steps, which will be made again, and the
 * run's end are left out; epochs and evaluations that the checkpoint knows of, but that were not written to the log any more
 * when the run was killed, are put back.
 * @param at undefined where the run begins anew
 * Errors: those of `readEvents`; `E_FILE` and `E_FORMAT` for the checkpoint.
 */
export async function toldBefore(eventsPath: string, at: ResumedAt | undefined): Promise<ToldBefore> {
  if (!at) return { events: [], epochs: [] };
  const { state } = readTraining(at.path, await readTensors(at.path));
  const logged = existsSync(eventsPath) ? await readEvents(eventsPath) : [];
  const measured = new Set(state.evaluations.map(({ samplesSeen }) => samplesSeen));
  const events = logged.filter(
    (event) => isBefore(event, at) && (event.type !== 'evaluation' || measured.has(event.samplesSeen)),
  );
  return { events: [...events, ...missing(events, state)], epochs: state.epochs };
}

function isBefore(event: TrainingEvent, at: ResumedAt): boolean {
  const reached = ({ epoch, step }: { readonly epoch: number; readonly step: number }): boolean =>
    epoch < at.epoch || (epoch === at.epoch && step <= at.step);
  switch (event.type) {
    case 'start':
      return !event.resumed || reached(event.resumed);
    case 'epoch':
    case 'statistics':
      return event.epoch < at.epoch;
    case 'end':
      return false;
    default:
      return reached(event);
  }
}

/** What a checkpoint knows of and a log does not: of a log that only grows, that is at its end. */
function missing(
  events: readonly LoggedEvent[],
  { epochs, evaluations }: ReturnType<typeof readTraining>['state'],
): LoggedEvent[] {
  const time = new Date().toISOString();
  const told = new Set(events.map(nameOf));
  const known: LoggedEvent[] = [
    ...epochs.map((record) => ({ time, type: 'epoch' as const, ...record })),
    ...evaluations.map((record) => ({ time, type: 'evaluation' as const, ...record })),
  ];
  const stepOf = (event: LoggedEvent): number => (event.type === 'evaluation' ? event.step : Number.POSITIVE_INFINITY);
  const epochOf = (event: LoggedEvent): number => ('epoch' in event ? event.epoch : 0);
  return known
    .filter((event) => !told.has(nameOf(event)))
    .sort((a, b) => epochOf(a) - epochOf(b) || (stepOf(a) < stepOf(b) ? -1 : 1));
}

/** What tells an epoch and an evaluation from others of their kind. */
function nameOf(event: LoggedEvent): string {
  if (event.type === 'epoch') return `epoch ${event.epoch}`;
  return event.type === 'evaluation' ? `evaluation ${event.samplesSeen}` : event.type;
}
