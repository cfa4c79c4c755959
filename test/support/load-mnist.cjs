// Loads MNIST in a process of its own: node load-mnist.cjs <cache> <mirror>
require('../../scripts/register-typescript.cjs');
const { loadMnist } = require('../../lib/data/load');

const [cache = '', mirror = ''] = process.argv.slice(2);
loadMnist({ cache, mirrors: [mirror] }).then(({ test }) => {
  process.exitCode = test.count === 10_000 ? 0 : 1;
});
