const swc = {
  sourceMaps: 'inline',
  module: { type: 'commonjs' },
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
};

// Where the reference alone is asked for (LAMINET_BACKEND=reference), tests that are about the addon are left out.
const aboutTheAddon = ['/test/backends/(native-.*|op-list|determinism|batch-size)[.]test[.]ts$'];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // dist/ and build/ hold copies of package.json and of the sources.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/dist-next/', '<rootDir>/build/'],
  testPathIgnorePatterns: process.env.LAMINET_BACKEND === 'reference' ? aboutTheAddon : [],
  transform: { '\\.ts$': ['@swc/jest', swc] },
  globalSetup: '<rootDir>/scripts/require-addon.mjs',
  maxWorkers: 2,
  testTimeout: 30_000,
};
