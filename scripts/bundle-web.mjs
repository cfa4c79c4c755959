// Bundles the scripts of pages for browsers: only what they use of ECharts, in one file without imports.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'rolldown';

const root = path.resolve(import.meta.dirname, '..');

/** The pages: each has a folder in web/ with main.ts and a style sheet of its name. */
const PAGES = ['report', 'live', 'draw'];

/** What is bundled, with the files of its licence. */
const BUNDLED = { echarts: ['LICENSE', 'NOTICE'], zrender: ['LICENSE'], tslib: ['LICENSE.txt'] };

/**
 * Writes the script and the style sheet of each page, the style sheet of controls, and the licences of what the scripts hold.
 * @param {string} folder
 */
export async function bundleWeb(folder) {
  mkdirSync(folder, { recursive: true });
  for (const page of PAGES) {
    writeFileSync(path.join(folder, `${page}.js`), await bundle(page));
    copyFileSync(path.join(root, `web/${page}/${page}.css`), path.join(folder, `${page}.css`));
  }
  copyFileSync(path.join(root, 'web/controls.css'), path.join(folder, 'controls.css'));
  writeFileSync(path.join(folder, 'LICENSES.txt'), licenses());
}

/** @param {string} page */
async function bundle(page) {
  const { output } = await build({
    input: path.join(root, `web/${page}/main.ts`),
    cwd: root,
    platform: 'browser',
    write: false,
    logLevel: 'warn',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    output: { format: 'iife', minify: true, comments: false },
  });
  const { code, moduleIds } = output[0];
  const banner = moduleIds.some((id) => id.includes('echarts'))
    ? '/*! Holds parts of Apache ECharts (Apache License 2.0), zrender (BSD-3-Clause) and tslib (0BSD). */\n'
    : '';
  // A page may hold the script in an element, which nothing in it may end.
  return `${banner}${code}`.replaceAll('</script', '<\\/script');
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
