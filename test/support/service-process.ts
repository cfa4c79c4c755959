import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const DIST = path.join(ROOT, 'dist/index.js');

/**
 * What a script of a test about services, and each Worker in it, begins with: the package as it is built, a small network
 * with something to learn, and what a process holds.
 */
export const PRELUDE = `
  const { readdirSync } = require('node:fs');
  const { setTimeout: delay } = require('node:timers/promises');
  const { Worker, parentPort, workerData } = require('node:worker_threads');
  const { conv2d, Dataset, defineLayer, dense, flatten, input, loadModel, maxPool2d, sequential } =
    require(${JSON.stringify(DIST)});

  /** Images of 16x16 bytes in four classes. */
  const images = (count) => Dataset.from({
    samples: Uint8Array.from({ length: count * 256 }, (_, i) => (i * 31) % 251),
    shape: [1, 16, 16],
    labels: Int32Array.from({ length: count }, (_, i) => i % 4),
    classes: 4,
  });
  const network = ({ layers = [], units = 512 } = {}) => sequential(
    [input([1, 16, 16]), ...layers, conv2d({ filters: 4, kernelSize: 3, activation: 'tanh' }), maxPool2d(), flatten(),
      dense({ units, activation: 'tanh' }), dense({ units: 4, activation: 'softmax' })],
    { seed: 1 },
  );
  /** Hands everything on, as a layer of the user's own: each step waits for the event loop. */
  const through = defineLayer({
    name: 'through',
    outputShape: (shape) => shape,
    forward: ({ input, output }) => output.set(input),
    backward: ({ gradOutput, gradInput }) => gradInput.set(gradOutput),
  });
  const settings = { loss: 'crossEntropy', threads: 2 };
  /** Longer than any test waits. */
  const ENDLESS = { epochs: 1e9, batchSize: 16 };

  // What this process holds once its garbage is collected and the threads that were ending have ended: bytes in JavaScript
  // and beside it, threads, descriptors.
  const holding = async () => {
    let threads;
    for (let quiet = 0; quiet < 5; quiet++) {
      gc();
      await delay(20);
      const now = readdirSync('/proc/self/task').length;
      if (now !== threads) quiet = 0;
      threads = now;
    }
    const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
    const descriptors = readdirSync('/proc/self/fd').length;
    return { javascript: heapUsed + external, native: rss - heapTotal, threads, descriptors };
  };
`;

/** What came of a process. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the prelude and a script in a process of its own, to its end; `gc()` is there. */
export function runService(script: string): Ended {
  if (!existsSync(DIST)) throw new Error('dist/ is missing: npm run build');
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '-e', PRELUDE + script], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 110_000,
  });
  return { status, signal, output: stdout.trim(), errors: stderr.trim() };
}

/** What `holding()` of the prelude tells. */
export interface Holding {
  readonly javascript: number;
  readonly native: number;
  readonly threads: number;
  readonly descriptors: number;
}

/**
 * The least that holdings grew by from one to the next. What is left behind by some work shows each time that it is done; what
 * the system takes or gives back in between, for reasons of its own, does not.
 */
export function leastGrowth(holdings: readonly Holding[], of: 'javascript' | 'native'): number {
  const growths = holdings.slice(1).map((after, index) => after[of] - (holdings[index] as Holding)[of]);
  return Math.min(...growths);
}

/** What a script printed, as JSON, of a process that ended well and silently. */
export function resultOf<T>(script: string): T {
  const { output, ...end } = runService(script);
  expect(end).toEqual({ status: 0, signal: null, errors: '' });
  return JSON.parse(output) as T;
}
