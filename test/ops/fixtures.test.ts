import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fixtureNames } from '../support/fixtures';

const TESTS = path.join(__dirname, '..');

/** The names, and beginnings of names, in the text of tests that read PyTorch's numbers, and of the tables of cases. */
function namedCases(): ReadonlySet<string> {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const texts = files.map((file) => [file, readFileSync(path.join(TESTS, file), 'utf8')] as const);
  const readers = texts.filter(([file, text]) => file.startsWith('cases') || text.includes("/fixtures'"));
  return new Set(readers.flatMap(([, text]) => Array.from(text.matchAll(/\b[a-z]\w*/g), ([word]) => word)));
}

it('leaves no case of PyTorch out: each is named by a test, or by the beginning that a family of them has', () => {
  const named = namedCases();
  const names = fixtureNames('');
  expect(names.length).toBeGreaterThanOrEqual(122);
  const isNamed = (name: string): boolean =>
    Array.from({ length: name.length }, (_, index) => name.slice(0, index + 1)).some(
      (start) => (start.endsWith('_') || start === name) && named.has(start),
    );
  expect(names.filter((name) => !isNamed(name))).toEqual([]);
});
