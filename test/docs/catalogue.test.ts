import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { type CatalogueEntry, catalogue, cataloguePage, PAGE } from '../../scripts/catalogue.cjs';
import { root } from './pages';

const entries: readonly CatalogueEntry[] = catalogue().flatMap((family) => family.entries);

test('docs/catalogue.md is what the docstrings say: npm run docs:catalogue', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(cataloguePage());
});

test('every piece has a sentence and a line of code that makes it', () => {
  expect(entries.length).toBeGreaterThan(50);
  for (const { name, example, text } of entries) {
    expect({ name, example }).toEqual({ name, example: expect.stringContaining(`${name}(`) });
    expect(text.length).toBeGreaterThan(20);
  }
});

test('every line of code is right by the types of the library', () => {
  const names = entries.map(({ name }) => name);
  const source = [
    `import { ${names.join(', ')} } from './lib/index';`,
    ...entries.map(({ example }) => `void (${example});`),
  ].join('\n');
  const file = path.join(root, 'catalogue-examples.ts');
  const config = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (name) => path.normalize(name) === file || fileExists(name);
  host.readFile = (name) => (path.normalize(name) === file ? source : readFile(name));
  const program = ts.createProgram([file], { ...options, types: ['node'] }, host);
  const sourceFile = program.getSourceFile(file);
  const faults = ts.getPreEmitDiagnostics(program, sourceFile).map(({ start, messageText }) => ({
    line: sourceFile && source.split('\n')[sourceFile.getLineAndCharacterOfPosition(start ?? 0).line],
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
  expect(faults).toEqual([]);
}, 60_000);
