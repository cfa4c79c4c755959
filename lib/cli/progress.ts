import { Presets, SingleBar } from 'cli-progress';
import type { TrainingEvent } from '../model/events';
import { type CommandContext, formatCount, formatLoss, formatShare } from './terminal';

const FORMAT =
  'epoch {epoch} {bar} {percentage} %  loss {loss}  accuracy {accuracy}  {rate} images/s  {remaining} s left';

/** Shows a training run: a line an epoch, and where a person is watching a bar while an epoch is under way. */
export interface Progress {
  readonly listen: (event: TrainingEvent) => void;
  /** Takes the bar away, so that other lines can follow. */
  clear(): void;
}

/** A bar on the standard error where that is a terminal and no CI machine; else none. */
export function showProgress({ io, print, colors }: CommandContext): Progress {
  const interactive = io.stderr.isTTY === true && !io.env.CI;
  const bar = interactive ? makeBar(io.stderr) : undefined;
  let epochs = 0;
  const clear = (): void => bar?.stop();
  const listen = (event: TrainingEvent): void => {
    if (event.type === 'start') epochs = event.epochs;
    else if (event.type === 'progress') {
      const values = {
        epoch: `${event.epoch}/${epochs}`,
        loss: formatLoss(event.loss),
        accuracy: formatShare(event.accuracy),
        rate: formatCount(event.samplesPerSecond),
        remaining: secondsLeft(event),
      };
      if (bar?.isActive) bar.update(event.step, values);
      else bar?.start(event.steps, event.step, values);
    } else if (event.type === 'epoch') {
      clear();
      const { epoch, loss, accuracy, seconds, samplesPerSecond } = event;
      const share = colors().bold(formatShare(accuracy));
      const speed = colors().dim(`${seconds.toFixed(2)} s  ${formatCount(samplesPerSecond)} images/s`);
      print(`epoch ${epoch}/${epochs}  loss ${formatLoss(loss)}  accuracy ${share}  ${speed}`);
    }
  };
  return { listen, clear };
}

function makeBar(stream: NodeJS.WritableStream): SingleBar {
  return new SingleBar(
    {
      stream,
      format: FORMAT,
      barsize: 24,
      fps: 10,
      clearOnComplete: true,
      hideCursor: true,
      // Ctrl-C is the command's own business: it stops the training, which then takes the bar away.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
}

/** By the epoch's own pace; the bar's library would count from when the bar was drawn first. */
function secondsLeft({
  step,
  steps,
  samplesSeen,
  samplesPerSecond,
}: Extract<TrainingEvent, { type: 'progress' }>): string {
  if (samplesSeen === 0) return '?';
  return ((((steps - step) / step) * samplesSeen) / samplesPerSecond).toFixed(0);
}
