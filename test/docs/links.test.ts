import { existsSync } from 'node:fs';
import path from 'node:path';
import { codeBlocks, PAGES, readPage, root } from './pages';

/** The anchor that a heading gets: its words in lower case, joined by dashes, without other signs. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

function anchorsOf(page: string): string[] {
  return [...readPage(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading));
}

test.each(PAGES)('every link of %s leads somewhere', (page) => {
  const targets = [...readPage(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const broken = targets
    .filter((target) => !target.startsWith('https://'))
    .filter((target) => {
      const [file = '', fragment] = target.split('#');
      const linked = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
      return !existsSync(path.join(root, linked)) || (fragment !== undefined && !anchorsOf(linked).includes(fragment));
    });
  expect(broken).toEqual([]);
});

test('the folder tree in CONTRIBUTING.md is as it really is', () => {
  const tree = codeBlocks('CONTRIBUTING.md')[0]?.text ?? '';
  const parents: string[] = [];
  const missing: string[] = [];
  for (const [, indent = '', name = ''] of tree.matchAll(/^( *)(\S+) {2,}\S.*$/gm)) {
    const depth = indent.length / 2;
    parents.length = depth;
    parents.push(name);
    if (!existsSync(path.join(root, ...parents))) missing.push(parents.join(''));
  }
  expect(tree.split('\n').length).toBeGreaterThan(30);
  expect(missing).toEqual([]);
});
