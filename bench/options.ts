/** An option's value as a count. Error: for what is none. */
export function wholeNumber(option: string, value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) {
    throw new Error(`${option} must be a whole number of at least 1, found ${value}`);
  }
  return count;
}
