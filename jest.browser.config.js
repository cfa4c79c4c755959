const base = require('./jest.config.js');

/** The tests that need a browser: `npm run test:browser`. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  testMatch: ['<rootDir>/test/browser/**/*.browser.ts'],
  // Pages compute and draw beside the trainings that they show.
  maxWorkers: 1,
  testTimeout: 300_000,
};
