import type { EpochRecord } from '../model/events';
import { formatLoss, formatShare } from './terminal';
import { formatTable, spread } from './text-table';

/** The most epochs that a table shows. */
const MOST_ROWS = 12;

/** Epochs as lines of text; of more than 12 some, evenly spread, the last among them. */
export function formatEpochs(epochs: readonly EpochRecord[]): string[] {
  const validated = epochs.some(({ validation }) => validation !== undefined);
  const rows = spread(epochs, MOST_ROWS).map(({ epoch, loss, accuracy, validation, seconds }) => [
    String(epoch),
    formatLoss(loss),
    formatShare(accuracy),
    ...(validated
      ? [validation ? formatLoss(validation.loss) : '', validation ? formatShare(validation.accuracy) : '']
      : []),
    seconds.toFixed(2),
  ]);
  const heads = ['epoch', 'loss', 'accuracy', ...(validated ? ['val. loss', 'val. accuracy'] : []), 'seconds'];
  return formatTable([heads, ...rows], 0);
}
