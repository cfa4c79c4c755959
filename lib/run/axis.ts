/** An axis from 0: round marks up to the first that holds everything. */
export interface Axis {
  readonly end: number;
  readonly marks: readonly number[];
}

/** Marks at 1, 2 or 5 times a power of ten, about `count` of them. */
export function axisTo(largest: number, count = 5): Axis {
  if (!(largest > 0 && Number.isFinite(largest))) return { end: 1, marks: [0, 1] };
  const power = 10 ** Math.floor(Math.log10(largest / count));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => largest / size <= count) ?? 10 * power;
  const steps = Math.ceil(largest / step - 1e-9);
  return { end: steps * step, marks: Array.from({ length: steps + 1 }, (_, index) => index * step) };
}

/** A mark in words: 20,000 or 0.25. */
export function formatMark(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString('en-US', { maximumSignificantDigits: 6 });
}
