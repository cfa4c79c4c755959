import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Control } from '../../lib/backends/backend';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import type { Layer } from '../../lib/layers/layer';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { crossEntropy } from '../../lib/losses/loss';
import { chain, type Graph } from '../../lib/model/graph';
import { networkModel } from '../../lib/networks/networks';
import { sgd } from '../../lib/optimizers/optimizer';
import { sizeOf } from '../../lib/tensor/shape';
import type { FloatArray } from '../../lib/tensor/storage';
import { instructionSets, nativeTarget, type TestTarget } from '../support/backends';
import { newPlan, request } from '../support/classifier';
import { normals, randomLabels } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain, placeParameters } from '../support/single-op';

const ROOT = path.resolve(__dirname, '../..');

/** Steps, padding, dilation and groups of all sorts, and no size that is a power of two. */
const odd = (): Layer[] => [
  conv2d({ filters: 6, kernelSize: [3, 2], strides: [2, 1], padding: [1, 0, 2, 1], activation: 'tanh' }),
  conv2d({ filters: 9, kernelSize: 3, padding: 2, dilation: 2, groups: 3, activation: 'relu' }),
  maxPool2d({ poolSize: 3, strides: 2, padding: 1 }),
  conv2d({ filters: 9, kernelSize: 2, groups: 9, activation: 'sigmoid', useBias: false }),
  flatten(),
  dense({ units: 13, activation: 'tanh' }),
  dense({ units: 10, activation: 'softmax' }),
];

const networks: { readonly name: string; readonly graph: Graph }[] = [
  networkModel('lenet5'),
  { name: 'an odd network', graph: chain([3, 11, 9], odd()) },
];

/** The samples of as many as three steps, the last one short. */
function entriesOf(batchSize: number): number {
  return batchSize > 100 ? batchSize + 17 : 2 * batchSize + Math.ceil(batchSize / 2);
}

/** The SHA-256 of all parameters, gradients and losses after training. */
function train(graph: Graph, { backend, precision, threads }: TestTarget, batchSize: number): string {
  const program = compilePlain(graph, {
    purpose: 'train',
    batchSize,
    targets: 'classes',
    loss: crossEntropy(),
    optimizer: sgd(),
  });
  const samples = 40;
  const order = Array.from({ length: entriesOf(batchSize) }, (_, entry) => (entry * 7) % samples);
  const fields = makeRequest(program, precision, {
    samples: normals(samples * sizeOf(graph.inputShape), 7),
    targets: randomLabels(samples, 10, 8),
    order,
    parameters: placeParameters(graph, precision, (_, index) => {
      const { size = 0, spec } = graph.parameters[index] ?? {};
      return normals(size, index).map((value) => value / Math.sqrt(spec?.fanIn ?? 1));
    }),
    learningRate: 0.05,
  });
  const plan = backend.plan(program, { precision, threads });
  const outcome = plan.runSync(fields);
  plan.dispose();
  expect(outcome).toEqual({ status: 'done', steps: Math.ceil(order.length / batchSize) });
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of [
    fields.parameters,
    fields.gradients,
    fields.losses,
  ] as FloatArray[]) {
    hash.update(Buffer.from(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

describe.each(networks)('training $name', ({ graph }) => {
  // 1,100 samples are 69 slices: more than there are slots for gradients, so that some slices share one.
  it.each([1, 5, 16, 17, 64, 100, 1100])(
    'in steps of %i gives the same SHA-256 on any number of threads and with AVX2 and AVX-512',
    (batchSize) => {
      const fused = new Set<string>();
      for (const set of instructionSets) {
        const hashes = [1, 2, 3, 4, 8].map((threads) => train(graph, nativeTarget(set, threads), batchSize));
        expect(hashes).toEqual(hashes.map(() => hashes[0]));
        if (set !== 'sse2') fused.add(hashes[0] as string);
      }
      expect(fused.size).toBeLessThanOrEqual(1);
    },
    120_000,
  );
});

describe('a run off the event loop', () => {
  const target = nativeTarget(instructionSets.at(-1) ?? 'sse2');
  const longOrder = Array.from({ length: 2_000_000 }, (_, entry) => entry % 10);

  it('lets timers fire in time while it lasts', async () => {
    const plan = newPlan(target);
    const long = request('float32', longOrder, 1e-6);
    let running = true;
    const run = plan.run(long).finally(() => {
      running = false;
    });
    await delay(5);
    expect(running).toBe(true);
    Atomics.store(long.control, Control.stop, 1);
    expect((await run).status).toBe('stopped');
  });

  it('ends within the step under way, wherever the flag finds it', async () => {
    for (let round = 0; round < 30; round++) {
      const plan = newPlan(target);
      const long = request('float32', longOrder, 1e-6);
      const run = plan.run(long);
      await delay(round % 5);
      Atomics.store(long.control, Control.stop, 1);
      const { status, steps } = await run;
      expect(status).toBe('stopped');
      expect(long.control[Control.steps]).toBe(steps);
      expect(long.losses[steps]).toBe(0);
      plan.dispose();
    }
  });
});

/** The words of a script that are said first. */
const SETUP = `
  require(${JSON.stringify(path.join(ROOT, 'scripts/register-typescript.cjs'))});
  const { nativeBackend } = require(${JSON.stringify(path.join(ROOT, 'lib/backends/native'))});
  const { newPlan, request, trainingProgram } = require(${JSON.stringify(path.join(ROOT, 'test/support/classifier'))});
  const target = (threads) => ({ name: 'native', backend: nativeBackend(), precision: 'float32', threads });
`;

function runScript(script: string): { status: number | null; signal: string | null; output: string; errors: string } {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['-e', SETUP + script], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 100_000,
  });
  return { status, signal, output: stdout.trim(), errors: stderr.trim() };
}

test('a plan has no more threads than were asked for, none before its first run, and none after its end', () => {
  const script = `
    const { readdirSync } = require('node:fs');
    const alive = () => readdirSync('/proc/self/task').length;
    const before = alive();
    const counts = async (threads) => {
      const plan = newPlan(target(threads), trainingProgram(10));
      const counted = [alive() - before];
      for (let round = 0; round < 3; round++) {
        await plan.run(request('float32'));
        plan.runSync(request('float32'));
        counted.push(alive() - before);
      }
      plan.dispose();
      return [...counted, alive() - before];
    };
    (async () => {
      const table = [];
      for (const threads of [1, 2, 3, 8, 64]) table.push(await counts(threads));
      console.log(JSON.stringify(table));
    })();
  `;
  const { output, errors } = runScript(script);
  expect(errors).toBe('');
  expect(JSON.parse(output)).toEqual([1, 2, 3, 8, 64].map((threads) => [0, threads, threads, threads, 0]));
}, 120_000);

describe('a process that ends while a plan runs', () => {
  /** A training run of so many steps, in the words of a script; `told` is called with each progress. */
  const training = `
    const train = (steps, told) => {
      const plan = newPlan(target(2));
      const [losses, correct, learningRates] = [0, 1, 2].map(() => new Float64Array(new SharedArrayBuffer(8 * steps)));
      const order = new Uint32Array(new SharedArrayBuffer(4 * 4 * steps));
      return plan.run({ ...request('float32'), order, losses, correct, learningRates }, told);
    };
    const LONG = 2e6;
  `;

  it('by its own end, once the run is over', () => {
    const script = `${training} train(1000).then(({ status }) => console.log(status));`;
    expect(runScript(script)).toEqual({ status: 0, signal: null, output: 'done', errors: '' });
  }, 120_000);

  it('by process.exit, with the code that it gives', () => {
    const script = `${training} train(LONG, () => { console.log('on the way'); process.exit(7); });`;
    expect(runScript(script)).toEqual({ status: 7, signal: null, output: 'on the way', errors: '' });
  }, 120_000);

  it('by process.exit before the first progress', () => {
    expect(runScript(`${training} train(LONG); process.exit(3);`)).toMatchObject({
      status: 3,
      signal: null,
      errors: '',
    });
  }, 120_000);

  it('by an error that nobody catches', () => {
    const script = `${training} train(LONG); setTimeout(() => { throw new Error('by the way'); }, 10);`;
    expect(runScript(script)).toMatchObject({ status: 1, signal: null, errors: expect.stringContaining('by the way') });
  }, 120_000);

  it('is none of those where only Workers end: 20 are terminated while their plans run', () => {
    const worker = `${SETUP} ${training}
      const { parentPort } = require('node:worker_threads');
      train(LONG, () => parentPort.postMessage('running'));
    `;
    const script = `${training}
      const { Worker } = require('node:worker_threads');
      const terminated = async (delay) => {
        const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
        await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
        await new Promise((resolve) => setTimeout(resolve, delay));
        return worker.terminate();
      };
      (async () => {
        const codes = [];
        for (let round = 0; round < 5; round++) {
          codes.push(...(await Promise.all([0, 1, 3, 7].map((delay) => terminated(delay + round)))));
        }
        // The addon is as good as before.
        const { status } = await train(1000);
        console.log(codes.join(''), status);
      })();
    `;
    expect(runScript(script)).toEqual({ status: 0, signal: null, output: `${'1'.repeat(20)} done`, errors: '' });
  }, 120_000);
});
