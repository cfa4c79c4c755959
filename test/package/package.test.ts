import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

/** The package as a user gets it, unpacked into node_modules of an empty project; its dependencies are links. */
const project = mkdtempSync(path.join(tmpdir(), 'laminet-user-'));
const installed = path.join(project, 'node_modules/laminet');
let packed: string[] = [];

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function readManifest(folder: string): Record<string, Record<string, string>> {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

beforeAll(() => {
  if (!existsSync(path.join(root, 'dist/index.mjs'))) throw new Error('dist/ is missing: npm run build');
  // Without scripts: prepare would build again what is tested here.
  const answer = run('npm', 'pack', root, '--ignore-scripts', '--json', '--pack-destination', project);
  const [archive] = JSON.parse(answer) as [{ filename: string; files: { path: string }[] }];
  packed = archive.files.map((file) => file.path);
  mkdirSync(installed, { recursive: true });
  run('tar', '-xzf', archive.filename, '--strip-components=1', '-C', installed);
  for (const name of [...Object.keys(readManifest(root).dependencies ?? {}), '@types']) {
    const link = path.join(project, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(root, 'node_modules', name), link);
  }
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test('the archive holds what is run, its types, and the papers', () => {
  expect(packed).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'README.md',
      'dist/cli/main.js',
      'dist/index.d.mts',
      'dist/index.d.ts',
      'dist/index.js',
      'dist/index.mjs',
      'package.json',
    ]),
  );
});

test('the archive holds no tests, no sources and nothing else of the repository', () => {
  const expected =
    /^(dist\/.*\.(js|mjs|js\.map|d\.ts|d\.mts)|dist\/web\/(\w+\.css|LICENSES\.txt)|prebuilds\/.*\.node|LICENSE|README\.md|CHANGELOG\.md|package\.json)$/;
  expect(packed.filter((file) => !expected.test(file))).toEqual([]);
});

test('nothing of the package runs while it is installed', () => {
  const { scripts = {} } = readManifest(installed);
  expect(Object.keys(scripts)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(pre|post)?install$/)]));
  expect(readManifest(installed).gypfile).toBe(false);
});

test('require and import give the same things under the same names', () => {
  writeFileSync(
    path.join(project, 'doors.mjs'),
    `import { createRequire } from 'node:module';
     import * as imported from 'laminet';
     const required = createRequire(import.meta.url)('laminet');
     const same = Object.keys(imported).every((name) => imported[name] === required[name]);
     console.log(JSON.stringify({ same, imported: Object.keys(imported).sort(), required: Object.keys(required).sort() }));`,
  );
  const { same, imported, required } = JSON.parse(run(process.execPath, 'doors.mjs'));
  expect(imported).toEqual(required);
  expect(required).toContain('LaminetError');
  expect(same).toBe(true);
});

test.each(['mts', 'cts'])('the declarations satisfy a strict compiler that checks libraries too (.%s)', (extension) => {
  const file = `user.${extension}`;
  writeFileSync(
    path.join(project, file),
    `import { LaminetError } from 'laminet';
     export const code: string = new LaminetError('E_STATE', 'a sentence').code;`,
  );
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const options = ['--module', 'node16', '--target', 'es2022', '--strict', '--exactOptionalPropertyTypes'];
  run(process.execPath, tsc, ...options, '--types', 'node', '--skipLibCheck', 'false', '--noEmit', file);
});

test('the command runs from the package', () => {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  expect(run(process.execPath, path.join(installed, 'dist/cli/main.js'), '--version').trim()).toBe(version);
});
