import type { ProfileRow } from '../model/profile';
import { formatShare } from './terminal';
import { formatTable } from './text-table';

/**
 * Where a training's time went, as lines of text: a line an instruction with its seconds, its share of all time, and for those
 * that multiply, their rate for each thread.
 */
export function formatProfile(profile: readonly ProfileRow[]): string[] {
  const total = profile.reduce((sum, { seconds }) => sum + seconds, 0);
  const rows = profile
    .filter(({ seconds }) => seconds > 0)
    .map(({ op, layer, seconds, flops }) => [
      op,
      layer,
      seconds.toFixed(3),
      formatShare(seconds / total),
      flops > 0 ? (flops / seconds / 1e9).toFixed(1) : '',
    ]);
  return formatTable([['instruction', 'layer', 'seconds', 'share', 'GFLOP/s'], ...rows], 2);
}
