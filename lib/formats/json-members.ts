/** What a valid JSON text says that `JSON.parse` keeps quiet about. */
export interface JsonOddity {
  readonly kind: 'duplicate key' | 'number';
  /** The key that occurs twice in one object, or the number as it was written. */
  readonly text: string;
}

const WHOLE_NUMBER = /^(?:0|[1-9][0-9]*)$/;
const NUMBER_CHARACTERS = /[-+.0-9eE]*/y;
const COLON = /[ \t\n\r]*:/y;

/** The index after the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index + 1;
}

/**
 * Looks through a JSON text for a key that occurs twice in one object, however its characters are escaped, and for a number
 * that is not written in plain digits (`1.0`, `1e3` and `-0` all parse to whole numbers).
 * @param text JSON that `JSON.parse` accepts; the walk relies on that
 */
export function findJsonOddity(text: string): JsonOddity | undefined {
  // One entry for each open object (its keys) or array (undefined).
  const open: (Set<string> | undefined)[] = [];
  let index = 0;
  while (index < text.length) {
    const character = text[index] as string;
    if (character === '"') {
      const end = endOfString(text, index);
      const keys = open.at(-1);
      // In an object a string is a key exactly if a colon follows.
      COLON.lastIndex = end;
      if (keys && COLON.test(text)) {
        const key = JSON.parse(text.slice(index, end)) as string;
        if (keys.has(key)) return { kind: 'duplicate key', text: key };
        keys.add(key);
      }
      index = end;
      continue;
    }
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '-' || (character >= '0' && character <= '9')) {
      NUMBER_CHARACTERS.lastIndex = index;
      const number = NUMBER_CHARACTERS.exec(text)?.[0] ?? character;
      if (!WHOLE_NUMBER.test(number)) return { kind: 'number', text: number };
      index += number.length;
      continue;
    }
    index += 1;
  }
  return undefined;
}
