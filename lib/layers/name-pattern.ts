/** The characters that mean something in a regular expression; none but `.` and `-` can be in a name. */
const SPECIAL = /[\\^$.|?+()[\]{}-]/g;

/** Whether a name fits a pattern, in which `*` stands for any characters, also none: `conv*` fits `conv2d_1`. */
export function fitsPattern(name: string, pattern: string): boolean {
  const expression = pattern.replace(SPECIAL, String.raw`\$&`).replaceAll('*', '.*');
  return new RegExp(`^${expression}$`).test(name);
}
