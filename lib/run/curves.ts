import type { Evaluation } from '../model/events';
import type { LoggedEvent } from './read-events';

/** Error and accuracy after some samples. */
export interface CurvePoint {
  /** Since the first epoch, each as often as it was seen. */
  readonly samplesSeen: number;
  readonly loss: number;
  /** From 0 to 1. */
  readonly accuracy: number;
}

/** What was measured again and again. */
export interface Curve {
  readonly name: 'training' | 'evaluation' | 'validation' | 'test';
  /** What it is, for a person. */
  readonly title: string;
  readonly points: readonly CurvePoint[];
}

const TITLES = {
  training: 'training',
  evaluation: 'random training images',
  validation: 'validation',
  test: 'test, at the end',
} as const;

const NAMES = Object.keys(TITLES) as Curve['name'][];

/** The most points that an epoch of training becomes. */
export const POINTS_PER_EPOCH = 20;

const MOST_POINTS = 1000;

/** Of a longer list than that every second, third ..., the last among them: what a picture and a page can show. */
export function thinned<T>(list: readonly T[], most: number = MOST_POINTS): readonly T[] {
  const stride = Math.ceil(list.length / most);
  return list.filter((_, index) => (list.length - 1 - index) % stride === 0);
}

/**
 * The curves of a run against the samples seen, each with at most 1,000 points; those that have no point are left out.
 *
 * Progress tells means over the epoch so far. A point of the training curve is the mean over the samples since the point
 * before it, a twentieth of an epoch or more: what differences of those means give, where all samples weigh the same.
 *
 * Where a run has gone on from a checkpoint, what had been measured behind that place is left out: it was measured again.
 */
export function curvesOf(events: readonly LoggedEvent[], test?: Evaluation): Curve[] {
  const points: Record<Curve['name'], CurvePoint[]> = { training: [], evaluation: [], validation: [], test: [] };
  let perEpoch = 0;
  // The places of the epoch under way that points of the training curve end at.
  let parts = [beginning];
  for (const event of events) {
    const part = parts.at(-1) as CurvePoint;
    if (event.type === 'start') {
      perEpoch = event.samples;
      const { epoch = 1, step = 0 } = event.resumed ?? {};
      const seen = step * event.batchSize;
      for (const name of NAMES)
        points[name] = points[name].filter((point) => point.samplesSeen <= (epoch - 1) * perEpoch + seen);
      parts = step === 0 ? [beginning] : parts.filter(({ samplesSeen }) => samplesSeen <= seen);
    } else if (event.type === 'evaluation') points.evaluation.push(toPoint(event.samplesSeen, event));
    else if (event.type === 'progress' && event.samplesSeen - part.samplesSeen >= perEpoch / POINTS_PER_EPOCH) {
      // What is too little for a point of its own belongs to the epoch's last one.
      if (perEpoch - event.samplesSeen < perEpoch / POINTS_PER_EPOCH) continue;
      points.training.push(since(part, event, (event.epoch - 1) * perEpoch));
      parts.push(event);
    } else if (event.type === 'epoch') {
      const whole = { samplesSeen: perEpoch, loss: event.loss, accuracy: event.accuracy };
      points.training.push(since(part, whole, (event.epoch - 1) * perEpoch));
      if (event.validation) points.validation.push(toPoint(event.epoch * perEpoch, event.validation));
      parts = [beginning];
    }
  }
  if (test) points.test.push(toPoint(points.training.at(-1)?.samplesSeen ?? 0, test));
  return NAMES.filter((name) => points[name].length > 0).map((name) => ({
    name,
    title: TITLES[name],
    points: thinned(points[name]),
  }));
}

const beginning: CurvePoint = { samplesSeen: 0, loss: 0, accuracy: 0 };

function toPoint(samplesSeen: number, { loss, accuracy }: Pick<Evaluation, 'loss' | 'accuracy'>): CurvePoint {
  return { samplesSeen, loss, accuracy };
}

/** The means over the samples between two places of an epoch, of the means up to each. */
function since(from: CurvePoint, to: CurvePoint, seenBefore: number): CurvePoint {
  const count = to.samplesSeen - from.samplesSeen;
  const mean = (a: number, b: number): number => (b * to.samplesSeen - a * from.samplesSeen) / count;
  const accuracy = Math.min(1, Math.max(0, mean(from.accuracy, to.accuracy)));
  return { samplesSeen: seenBefore + to.samplesSeen, loss: mean(from.loss, to.loss), accuracy };
}
