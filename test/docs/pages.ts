import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(__dirname, '../..');

function pagesBelow(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => path.posix.join(folder, name))
    .sort();
}

/** The pages for people, from the root of the repository. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...pagesBelow('docs'),
  ...pagesBelow('examples'),
];

/** A fenced block of code. */
export interface CodeBlock {
  readonly page: string;
  readonly language: string;
  /** Without the indentation of the list that it stands in. */
  readonly text: string;
  /** Where it begins in its page, in characters. */
  readonly offset: number;
  /** The line of its fence, counted from 1. */
  readonly line: number;
  /** The last line with words in front of it; that of another block's end, where nothing stands between them. */
  readonly lead: string;
}

/** The text of a page, or of any file of the repository. */
export function readPage(page: string): string {
  return readFileSync(path.join(root, page), 'utf8');
}

/** The fenced blocks of a page, in order. */
export function codeBlocks(page: string): CodeBlock[] {
  const source = readPage(page);
  return [...source.matchAll(/^( *)```([^\n]*)\n(.*?)^\1```$/gms)].map(
    ({ 1: indent = '', 2: language = '', 3: text = '', index }) => {
      const before = source.slice(0, index).trimEnd().split('\n');
      return {
        page,
        language,
        text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
        offset: index,
        line: source.slice(0, index).split('\n').length,
        lead: before.at(-1) ?? '',
      };
    },
  );
}

/** The first block of that language behind a heading or sentence of a page. */
export function blockBehind(page: string, landmark: string, language: string): string {
  const from = readPage(page).indexOf(landmark);
  const found = codeBlocks(page).find((block) => block.language === language && block.offset > from);
  if (from < 0 || !found) throw new Error(`${page}: no ${language} block behind ${JSON.stringify(landmark)}`);
  return found.text;
}
