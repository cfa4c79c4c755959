// Writes docs/catalogue.md: everything a network can be made of and trained with, from the docstrings of what lib/index.ts
// exports. `npm run docs:catalogue`
const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const ts = require('typescript');

const root = path.resolve(__dirname, '..');
const PAGE = path.join(root, 'docs/catalogue.md');

/** The families, by the folder of lib/ that holds them. */
const FAMILIES = [
  { folder: 'layers', title: 'Layers and activations' },
  { folder: 'losses', title: 'Losses' },
  { folder: 'optimizers', title: 'Optimizers' },
  { folder: 'schedules', title: 'Learning-rate schedules' },
  { folder: 'regularizers', title: 'Regularizers and constraints' },
  { folder: 'initializers', title: 'Initializers' },
  { folder: 'metrics', title: 'Metrics' },
];

const INTRODUCTION = `# Catalogue

What networks are made of and trained with: the formula of each piece, and the line of code that makes one. Images are
[channels, height, width]; the batch is left out of all shapes. The page is made from the docstrings by
\`npm run docs:catalogue\`.
`;

/**
 * @typedef {{ readonly name: string, readonly example: string | undefined, readonly text: string }} CatalogueEntry
 */

/** @param {string} file */
function parse(file) {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true);
}

/** The names that lib/index.ts exports as values, by file, in the order of the index.
 * @returns {{ file: string, names: string[] }[]} */
function exportedValues() {
  const index = path.join(root, 'lib/index.ts');
  return parse(index).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.isTypeOnly) return [];
    const { moduleSpecifier, exportClause } = statement;
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier) || !exportClause || !ts.isNamedExports(exportClause)) {
      return [];
    }
    const names = exportClause.elements.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name }) => name.text);
    return [{ file: path.join(root, 'lib', `${moduleSpecifier.text}.ts`), names }];
  });
}

/** The declarations of a file that can have a docstring, by name.
 * @param {string} file
 * @returns {Map<string, import('typescript').Node>} */
function declarations(file) {
  const found = new Map();
  for (const statement of parse(file).statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) {
      // Of overloads, the first has the docstring.
      if (!found.has(statement.name.text)) found.set(statement.name.text, statement);
    }
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name)) found.set(name.text, statement);
    }
  }
  return found;
}

/** A docstring as Markdown: without its tags, links turned into code, lines joined to paragraphs.
 * @param {string} comment */
function toMarkdown(comment) {
  return comment
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .split(/\n\s*\n/)
    .map((paragraph) => (/^ {4}/.test(paragraph) ? '' : paragraph.replace(/\s*\n\s*(?!- )/g, ' ').trim()))
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
}

/** @param {string} name @param {import('typescript').Node | undefined} node @returns {CatalogueEntry} */
function entryOf(name, node) {
  const [doc] = node ? ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc) : [];
  const textOf = (/** @type {any} */ comment) => ts.getTextOfJSDocComment(comment) ?? '';
  const tag = doc?.tags?.find(({ tagName }) => tagName.text === 'example');
  return {
    name,
    example: tag ? textOf(tag.comment).trim().replace(/;$/, '') : undefined,
    text: toMarkdown(doc ? textOf(doc.comment) : ''),
  };
}

/** The families with their entries, sorted by name.
 * @returns {{ title: string, entries: CatalogueEntry[] }[]} */
function catalogue() {
  const exported = exportedValues();
  return FAMILIES.map(({ folder, title }) => {
    const own = exported.filter(({ file }) => path.dirname(file) === path.join(root, 'lib', folder));
    const entries = own.flatMap(({ file, names }) => {
      const declared = declarations(file);
      return names.map((name) => entryOf(name, declared.get(name)));
    });
    return { title, entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }).filter(({ entries }) => entries.length > 0);
}

/** The page. */
function cataloguePage() {
  const families = catalogue();
  const contents = families.map(({ title, entries }) => {
    const links = entries.map(({ name }) => `[${name}](#${name.toLowerCase()})`);
    return `**${title}:** ${links.join(', ')}\n`;
  });
  const sections = families.map(({ title, entries }) => {
    const parts = entries.map(({ name, example, text }) => `### ${name}\n\n\`${example ?? name}\`\n\n${text}\n`);
    return `## ${title}\n\n${parts.join('\n')}`;
  });
  return [INTRODUCTION, ...contents, ...sections].join('\n');
}

module.exports = { PAGE, catalogue, cataloguePage };

if (require.main === module) writeFileSync(PAGE, cataloguePage());
