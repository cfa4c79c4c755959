// Whether a program printed what a page shows. Times and speeds are a machine's own, and instruction sets round differently.

/** Losses, shares and probabilities of another instruction set, or of sums in another order, lie so close. */
const RELATIVE = 0.1;
/** Percentage points. */
const OF_ACCURACY = 1;

/** A text without what differs from machine to machine, run to run. */
function comparable(text: string): string {
  return (
    text
      .replace(/(native|reference)(, \w+)?, \d+ threads?/g, 'native')
      .replace(/[\d,.]+ (ms|us|s|images\/s)\b/g, '… $1')
      .replace(/(run folder|report): .*/g, '$1')
      // The last column of the table of epochs: seconds.
      .replace(/^( *\d+ .*%) +[\d.]+$/gm, '$1 …')
      .replace(/(accuracy:?) (0\.\d+|1)\b(?! ?%)/g, (_, word, share) => `${word} ${100 * share} %`)
      .replace(/\/tmp\/\S+/g, '/tmp')
      .replace(/#+/g, '')
      .replace(/[ \t]+/g, ' ')
      .replace(/ $/gm, '')
      .trim()
  );
}

const NUMBER = /-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?: ?%)?/g;

/** How a text would read if its numbers with fractions were those of another, where they are close to them. */
function withNumbersOf(text: string, other: string): string {
  const theirs = [...other.matchAll(NUMBER)].map(([number]) => number);
  let place = 0;
  return text.replace(NUMBER, (mine) => {
    const their = theirs[place++] ?? '';
    const [a, b] = [mine, their].map((number) => Number(number.replace(/[,%]/g, '')));
    if (a === undefined || b === undefined || !/[.e]/.test(mine + their)) return mine;
    const percent = mine.includes('%') || their.includes('%');
    const off = percent ? OF_ACCURACY : Math.max(RELATIVE * Math.abs(b), OF_ACCURACY / 100);
    return Math.abs(a - b) <= off ? their : mine;
  });
}

/** The lines of a text that another one shows: all, or those before and behind its line of three dots. */
function shownPart(text: string, shown: string): string {
  const [lines, shownLines] = [text.split('\n'), shown.split('\n')];
  const dots = shownLines.indexOf('...');
  if (dots < 0) return text;
  const behind = shownLines.length - dots - 1;
  return [...lines.slice(0, dots), '...', ...lines.slice(lines.length - behind)].join('\n');
}

/** Words and whole numbers must be the same; numbers with a fraction, close. A shown line of three dots stands for any lines. */
export function expectAlike(printed: string, shown: string): void {
  const expected = comparable(shown);
  expect(withNumbersOf(shownPart(comparable(printed), expected), expected)).toBe(expected);
}

/** The same words, whatever the numbers. */
export function expectSameWords(printed: string, shown: string): void {
  const words = (text: string): string => comparable(text).replace(NUMBER, '…').replace(/\s+/g, ' ');
  expect(words(printed)).toBe(words(shown));
}
