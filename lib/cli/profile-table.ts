import type { ProfileRow } from '../model/profile';
import { formatShare } from './terminal';

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
  const table = [['instruction', 'layer', 'seconds', 'share', 'GFLOP/s'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
