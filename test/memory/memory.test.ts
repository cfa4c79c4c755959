import { spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const MEGABYTE = 2 ** 20;

/** What a process holds in JavaScript's array buffers, and in all, after its garbage was collected. */
interface Memory {
  readonly arrayBuffers: number;
  readonly rss: number;
}

/** Runs `work` in a process of its own, so many times, and then three times so often: what it holds after each. */
function memoryAround(setup: string, work: string, once: number, again: number): readonly Memory[] {
  const script = `
    require(${JSON.stringify(path.join(ROOT, 'scripts/register-typescript.cjs'))});
    const { Dataset, sequential, input, conv2d, maxPool2d, flatten, dense } = require(${JSON.stringify(path.join(ROOT, 'lib'))});
    const model = sequential(
      [input([1, 8, 8]), conv2d({ filters: 3, kernelSize: 3 }), maxPool2d(), flatten(), dense({ units: 4, activation: 'softmax' })],
      { seed: 1 },
    ).compile({ loss: 'crossEntropy', threads: 2 });
    const collected = async () => {
      for (let round = 0; round < 5; round++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { arrayBuffers, rss } = process.memoryUsage();
      return { arrayBuffers, rss };
    };
    const repeat = async (times) => {
      for (let time = 0; time < times; time++) { ${work} }
      return collected();
    };
    ${setup}
    (async () => {
      const memories = [await repeat(${once})];
      for (let part = 0; part < 3; part++) memories.push(await repeat(${again}));
      console.log(JSON.stringify(memories));
    })();
  `;
  const options = { cwd: ROOT, encoding: 'utf8', timeout: 100_000 } as const;
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '-e', script], options);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

/** What is left behind each time shows each time; what the system gives a process, and takes back, does not. */
const leastGrowth = (memories: readonly Memory[], of: keyof Memory): number =>
  Math.min(...memories.slice(1).map((after, index) => after[of] - (memories[index] as Memory)[of]));

// A prediction that leaves a kilobyte behind would show, and an epoch that leaves 25. A sanitizer keeps what is freed, so
// these are not among the tests over the addon that run under one.
describe('memory stays as it is', () => {
  test('over 60,000 predictions', () => {
    const memories = memoryAround(
      'const image = new Uint8Array(64);',
      'model.predictSync(image);',
      // As many before: until then, the process's memory still grows towards what it keeps.
      60_000,
      60_000,
    );
    expect(leastGrowth(memories, 'arrayBuffers')).toBeLessThan(MEGABYTE / 4);
    expect(leastGrowth(memories, 'rss')).toBeLessThan(8 * MEGABYTE);
  }, 120_000);

  test('over hundreds of epochs', () => {
    const memories = memoryAround(
      `const data = Dataset.from({
        samples: new Uint8Array(500 * 64), shape: [1, 8, 8], labels: new Int32Array(500), classes: 4,
      });`,
      'await model.fit(data, { epochs: 10, batchSize: 16 });',
      5,
      40,
    );
    expect(leastGrowth(memories, 'arrayBuffers')).toBeLessThan(MEGABYTE / 4);
    expect(leastGrowth(memories, 'rss')).toBeLessThan(8 * MEGABYTE);
  }, 120_000);
});
