// Who may import whom. docs/decisions and CONTRIBUTING.md tell the reasons; this file enforces them.

/**
 * A folder of lib/ may import itself, errors.ts and what is listed; anything else of lib/ is refused.
 * @param {string} from
 * @param {string[]} allowed path patterns below lib/
 */
function onlyImports(from, allowed) {
  const readable = (/** @type {string} */ pattern) => pattern.replaceAll('[.]', '.').replaceAll(/[(].*[)]|[$]/g, '');
  return {
    name: `${readable(from)} imports only`,
    comment: `besides itself and errors.ts, of lib/: ${allowed.map(readable).join(' ') || 'nothing'}`,
    severity: 'error',
    from: { path: `^lib/${from}` },
    to: { path: '^lib/', pathNot: `^lib/(${['errors[.]ts$', from, ...allowed].join('|')})` },
  };
}

const arithmetic = ['tensor/', 'ops/'];
const description = [
  'layers/',
  'initializers/',
  'regularizers/',
  'constraints/',
  'losses/',
  'optimizers/',
  'schedules/',
  'metrics/',
];
const outside = ['files/', 'formats/', 'data/'];
// What both backends share stands in backends/ itself, beside the one file that knows them both.
const sharedByBackends = 'backends/(?!select)[^/]*[.]ts$';
const training = [...arithmetic, ...description, ...outside, 'backends/[^/]*[.]ts$', 'model/'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    onlyImports('errors[.]ts$', []),
    onlyImports('tensor/', []),
    onlyImports('ops/', ['tensor/']),
    ...description.map((folder) => onlyImports(folder, [...arithmetic, ...description])),
    onlyImports('files/', []),
    onlyImports('formats/', ['tensor/']),
    onlyImports('data/', [...arithmetic, 'files/', 'formats/']),
    onlyImports(sharedByBackends, arithmetic),
    onlyImports('backends/native/', [...arithmetic, sharedByBackends]),
    onlyImports('backends/reference/', [...arithmetic, sharedByBackends]),
    onlyImports('backends/select[.]ts$', [...arithmetic, 'backends/']),
    onlyImports('model/', training),
    onlyImports('run/', training),
    onlyImports('live/', [...training, 'run/']),
    onlyImports('networks/', training),
    // The gradient checker computes in float64, which only the reference does.
    onlyImports('doctor/', [...training, 'backends/reference/index[.]ts$']),
    onlyImports('reproduce/', [...training, 'networks/', 'doctor/', 'run/']),
    {
      name: 'only-types-of-ops',
      comment:
        'backends run programs and data sets feed them; the rules of the ops stay with the ops, their names do not',
      severity: 'error',
      from: { path: '^lib/(backends|data)/' },
      to: { path: '^lib/ops/', pathNot: '^lib/ops/registry[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-imports-index',
      comment: 'lib/index.ts is the door for users',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^lib/index[.]ts$' },
    },
    {
      name: 'nothing-imports-cli',
      comment: 'the command line is a user of the library',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/cli/' },
      to: { path: '^lib/cli/' },
    },
    {
      name: 'only-native-loads-the-addon',
      comment: 'the .node file is behind lib/backends/native/',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/backends/native/' },
      to: { path: ['[.]node$', 'node_modules/node-gyp-build/', '^build/', '^prebuilds/'] },
    },
    {
      name: 'only-cli-draws',
      comment: 'what the command line needs is not for the library',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/cli/' },
      to: { path: 'node_modules/(commander|cli-progress|picocolors)/' },
    },
    {
      name: 'no-development-dependencies',
      comment: 'a user does not have them; a peer dependency may be one, too, for the tests',
      severity: 'error',
      from: { path: '^lib/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only', 'npm', 'npm-peer'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'lib-stands-alone',
      comment: 'lib/ imports nothing of the repository outside itself',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(test|bench|examples|scripts|native)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'node', 'default'] },
  },
};
