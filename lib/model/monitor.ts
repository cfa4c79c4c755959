import { LaminetError } from '../errors';
import type { MonitoredValue } from '../schedules/schedule';
import type { EpochRecord } from './events';

/** Throws where something watches what the epochs of a run do not tell. */
export function checkMonitored(watcher: string, monitor: MonitoredValue, validates: boolean): void {
  if (validates || (monitor !== 'validationLoss' && monitor !== 'validationAccuracy')) return;
  throw new LaminetError('E_OPTION', `${watcher} watches ${monitor}, which needs validationData`, { watcher, monitor });
}

/** The value of an epoch that is watched. */
export function monitoredValue({ loss, accuracy, validation }: EpochRecord, monitor: MonitoredValue): number {
  if (monitor === 'loss') return loss;
  if (monitor === 'accuracy') return accuracy;
  const value = monitor === 'validationLoss' ? validation?.loss : validation?.accuracy;
  return value ?? Number.NaN;
}
