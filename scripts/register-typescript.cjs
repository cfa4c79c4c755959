// node -r ./scripts/register-typescript.cjs file.ts: runs TypeScript in place (benchmarks, examples), where the addon is
// found as from lib/, and with line numbers of the source in stack traces (--enable-source-maps).
const { transformFileSync } = require('@swc/core');

/**
 * @param {NodeJS.Module} module
 * @param {string} filename
 */
function compile(module, filename) {
  const { code } = transformFileSync(filename, {
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'commonjs' },
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  });
  // _compile is what every such hook of CommonJS calls; Node has no public name for it.
  /** @type {NodeJS.Module & { _compile(code: string, filename: string): void }} */ (module)._compile(code, filename);
}

require.extensions['.ts'] = compile;
