const LEVELS = '▁▂▃▄▅▆▇█';

/**
 * Numbers as a row of small bars.
 * @param least what the lowest bar stands for
 * @param most what the highest bar stands for; numbers that are not finite are blank
 */
export function sparkline(values: readonly number[], least: number, most: number): string {
  return values
    .map((value) => {
      if (!Number.isFinite(value)) return ' ';
      const share = most > least ? (value - least) / (most - least) : 0;
      return LEVELS[Math.min(LEVELS.length - 1, Math.floor(share * LEVELS.length))] ?? ' ';
    })
    .join('');
}
