// Bundles the scripts of pages for browsers: only what they use of ECharts, in one file without imports.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'rolldown';

const root = path.resolve(import.meta.dirname, '..');

/** What is bundled, with the files of its licence. */
const BUNDLED = { echarts: ['LICENSE', 'NOTICE'], zrender: ['LICENSE'], tslib: ['LICENSE.txt'] };

/**
 * Writes report.js and report.css, and the licences of what the script holds.
 * @param {string} folder
 */
export async function bundleWeb(folder) {
  mkdirSync(folder, { recursive: true });
  const { output } = await build({
    input: path.join(root, 'web/report/main.ts'),
    cwd: root,
    platform: 'browser',
    write: false,
    logLevel: 'warn',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    output: { format: 'iife', minify: true, comments: false },
  });
  const banner = '/*! Holds parts of Apache ECharts (Apache License 2.0), zrender (BSD-3-Clause) and tslib (0BSD). */';
  // The page holds the script in an element, which nothing in it may end.
  const code = `${banner}\n${output[0].code}`.replaceAll('</script', '<\\/script');
  writeFileSync(path.join(folder, 'report.js'), code);
  copyFileSync(path.join(root, 'web/report/report.css'), path.join(folder, 'report.css'));
  writeFileSync(path.join(folder, 'LICENSES.txt'), licenses());
}

function licenses() {
  const require = createRequire(import.meta.url);
  // The others are dependencies of ECharts, wherever npm has put them; not each shows its package.json.
  const places = createRequire(require.resolve('echarts/package.json')).resolve.paths('echarts') ?? [];
  return Object.entries(BUNDLED)
    .map(([name, files]) => {
      const folder = places.map((place) => path.join(place, name)).find(existsSync);
      if (!folder) throw new Error(`${name} is not installed`);
      const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8'));
      return [`${name}\n`, ...texts].join('\n');
    })
    .join('\n----------------------------------------\n\n');
}
