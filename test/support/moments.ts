/** The mean of some numbers. */
export function mean(values: Iterable<number>): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    sum += value;
    count += 1;
  }
  return sum / count;
}

/** The mean square of some numbers: their variance where their mean is known to be 0. */
export function meanSquare(values: Iterable<number>): number {
  return mean(Array.from(values, (value) => value * value));
}

/** The largest magnitude. */
export function largest(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
