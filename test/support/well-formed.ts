/** Elements of HTML that have no end. */
const VOID = new Set(['meta', 'link', 'img', 'br', 'input']);

/** Fails unless every element is closed in the right order, its attributes quoted, and no bare sign is left in the text. */
export function expectWellFormed(text: string): void {
  const open: string[] = [];
  const rest = text
    .replace(/^<!doctype html>/, '')
    // What stands in these is another language's.
    .replace(/<(script|style)\b([^>]*)>[\s\S]*?<\/\1>/g, '<$1$2></$1>');
  const faults: string[] = [];
  const between = rest.replace(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/gi,
    (tag, end, name, _, closed) => {
      if (end) {
        const expected = open.pop();
        if (expected !== name) faults.push(`${tag} where </${expected}> is expected`);
      } else if (!closed && !VOID.has(name)) open.push(name);
      return '';
    },
  );
  if (open.length > 0) faults.push(`not closed: ${open.join(', ')}`);
  const bare = /[<>]|&(?!\w+;|#\d+;)/.exec(between);
  if (bare) faults.push(`a bare ${bare[0]} in ${between.slice(Math.max(0, bare.index - 20), bare.index + 20)}`);
  expect(faults).toEqual([]);
}
