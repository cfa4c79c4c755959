/** A table in Markdown. Columns are to the left, but for those whose number is listed. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  rightAligned: readonly number[] = [],
): string {
  const rule = header.map((_, column) => (rightAligned.includes(column) ? '---:' : '---'));
  return [header, rule, ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** A fenced block of code. */
export function code(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** A list of points. */
export function list(points: readonly string[]): string {
  return points.map((point) => `- ${point}`).join('\n');
}

/** `a, b and c` */
export function enumerate(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** A share as `97.24 %`. */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** A number with a few significant digits, as short as they allow: 0.0005, 1.2e-7, 3.4e+36. */
export function brief(value: number, digits = 3): string {
  const rounded = Number(value.toPrecision(digits));
  return rounded !== 0 && Math.abs(rounded) < 1e-4 ? rounded.toExponential() : String(rounded);
}

/** A count as `60,000`. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** Seconds as a person says them: 4.2 s, 1 min 12 s. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
