/** An error with four significant digits. */
export const formatError = (error: number): string => error.toPrecision(4);

/** 0.98125 as `98.13 %`. */
export const formatAccuracy = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** 12345.6 as `12,346`. */
export const formatCount = (value: number): string => Math.round(value).toLocaleString('en-US');

/** 3723.4 as `1 h 2 min`, 63.4 as `1 min 3 s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
