import { SingleBar } from 'cli-progress';
import type { TrainingEvent } from '../model/events';
import {
  type CommandContext,
  formatCount,
  formatDuration,
  formatLoss,
  formatShare,
  type OutputStream,
} from './terminal';

type ProgressEvent = Extract<TrainingEvent, { type: 'progress' }>;

/** Shows a training run: a line an epoch, and where a person is watching a bar while an epoch is under way. */
export interface Progress {
  readonly listen: (event: TrainingEvent) => void;
  /** Takes the bar away, so that other lines can follow. */
  clear(): void;
}

/** Nobody watches. */
export const NO_PROGRESS: Progress = { listen: () => undefined, clear: () => undefined };

/** Lines on the standard output, and a bar on the standard error where that is a terminal and no CI machine. */
export function showProgress({ io, print, colors }: CommandContext): Progress {
  const interactive = io.stderr.isTTY === true && !io.env.CI;
  const bar = interactive ? makeBar(io.stderr) : undefined;
  let epochs = 0;
  const clear = (): void => bar?.stop();
  const show = (event: ProgressEvent): void => {
    const values = { event, epochs };
    if (bar?.isActive) bar.update(event.step, values);
    else bar?.start(event.steps, event.step, values);
  };
  const listen = (event: TrainingEvent): void => {
    switch (event.type) {
      case 'start':
        epochs = event.epochs;
        if (event.resumed) {
          const { epoch, step } = event.resumed;
          print(`goes on ${step > 0 ? `after step ${formatCount(step)} of epoch` : 'with epoch'} ${epoch}`);
        }
        break;
      case 'progress':
        show(event);
        break;
      case 'evaluation': {
        clear();
        const { samplesSeen, count, loss, accuracy } = event;
        const seen = `after ${formatCount(samplesSeen)} images`;
        print(`${seen}  loss ${formatLoss(loss)}  accuracy ${formatShare(accuracy)} of ${formatCount(count)} picked`);
        break;
      }
      case 'epoch': {
        clear();
        const { epoch, loss, accuracy, validation, seconds, samplesPerSecond } = event;
        const share = colors().bold(formatShare(accuracy));
        const validated = validation
          ? `validation loss ${formatLoss(validation.loss)}  accuracy ${colors().bold(formatShare(validation.accuracy))}  `
          : '';
        const speed = colors().dim(`${seconds.toFixed(2)} s  ${formatCount(samplesPerSecond)} images/s`);
        print(`epoch ${epoch}/${epochs}  loss ${formatLoss(loss)}  accuracy ${share}  ${validated}${speed}`);
        break;
      }
    }
  };
  return { listen, clear };
}

function makeBar(stream: OutputStream): SingleBar {
  return new SingleBar({
    stream,
    format: (_options, { progress }, { event, epochs }) => progressLine(event, epochs, progress, stream.columns ?? 80),
    fps: 10,
    clearOnComplete: true,
    hideCursor: true,
    // Ctrl-C is the command's own business: it stops the training, which then takes the bar away.
    gracefulExit: false,
  });
}

const LONG_BAR = 24;
const SHORT_BAR = 10;

/** What of a line is given up last, where a terminal is too narrow for all of it. */
const BY_IMPORTANCE = ['epoch', 'loss', 'left', 'accuracy', 'step', 'rate', 'bar'] as const;

/**
 * The line with the bar: as much as fits into the terminal, in short words where the long ones do not.
 * @param share of the epoch's steps that are done
 */
export function progressLine(event: ProgressEvent, epochs: number, share: number, columns: number): string {
  const { epoch, step, steps, loss, accuracy, samplesPerSecond } = event;
  const words = {
    epoch: `${epoch}/${epochs}`,
    bar: barOf(share, SHORT_BAR),
    step: `${formatCount(step)}/${formatCount(steps)}`,
    loss: `loss ${formatLoss(loss)}`,
    accuracy: formatShare(accuracy),
    rate: `${formatCount(samplesPerSecond)} images/s`,
    left: `${timeLeft(event, epochs)} left`,
  };
  const long = {
    ...words,
    epoch: `epoch ${words.epoch}`,
    bar: barOf(share, LONG_BAR),
    step: `step ${words.step}`,
    accuracy: `accuracy ${words.accuracy}`,
  };
  const line = Object.values(long).join('  ');
  if (line.length < columns) return line;
  const kept = new Set<string>();
  let length = 0;
  for (const name of BY_IMPORTANCE) {
    const needed = words[name].length + (kept.size === 0 ? 0 : 2);
    if (length + needed >= columns) continue;
    kept.add(name);
    length += needed;
  }
  return Object.entries(words)
    .flatMap(([name, word]) => (kept.has(name) ? [word] : []))
    .join('  ');
}

function barOf(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** Of all steps of the run, by the pace of this epoch; the bar's library would count from when the bar was drawn first. */
function timeLeft({ epoch, step, steps, samplesSeen, samplesPerSecond }: ProgressEvent, epochs: number): string {
  if (samplesSeen === 0) return '?';
  const left = (epochs - epoch) * steps + steps - step;
  return formatDuration(((left / step) * samplesSeen) / samplesPerSecond);
}
