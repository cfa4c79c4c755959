import { spawnSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import type { InstructionSet } from '../../lib/backends/native';
import { loadAddon } from '../../lib/backends/native/addon';
import { encodeProgram } from '../../lib/backends/native/encode';
import { dense } from '../../lib/layers/dense';
import { sumOfSquaredErrors } from '../../lib/losses/loss';
import { chain } from '../../lib/model/graph';
import type { Program } from '../../lib/ops/program';
import { sgd } from '../../lib/optimizers/optimizer';
import { neighbours } from '../cases/custom';
import { instructionSets } from '../support/backends';
import { normals } from '../support/random';
import { compilePlain } from '../support/single-op';

// Functions of the user's that the addon has called in the middle of a step, from whatever thread it runs on.

const ROOT = path.resolve(__dirname, '../..');
const SETS: readonly InstructionSet[] = ['sse2', 'avx2', 'avx512'];
const widest = SETS.indexOf(instructionSets.at(-1) ?? 'sse2');
const BAD_BUFFER = -10;
const FAILED = 3;
const BATCH = 20;
const WIDTH = 3;

const program: Program = compilePlain(chain([WIDTH], [dense({ units: 4 }), neighbours()]), {
  purpose: 'train',
  batchSize: BATCH,
  targets: 'values',
  loss: sumOfSquaredErrors(),
  optimizer: sgd(),
});
const encoded = encodeProgram(program);
/** Two operands of the outputs, one of the inputs, and the inputs' gradient with those of six parameters behind it. */
const EXCHANGE = 64 + 80 + 64 + 96;

const addon = loadAddon();
const createPlan = (numbers: ArrayLike<number>, threads = 2): number =>
  addon.createPlan(Float64Array.from(numbers), threads, widest, new Float64Array(1));

type Function = (instruction: number, samples: number) => boolean;

function makeBuffers(callBack: unknown, exchange: unknown, parameterElements = program.parameterElements) {
  const entries = 2 * BATCH + 1;
  return [
    Float32Array.from(normals(parameterElements, 1)),
    new Float32Array(parameterElements),
    Float32Array.from(normals(3 * WIDTH, 2)),
    new Float32Array(3 * WIDTH),
    Uint32Array.from({ length: entries }, (_, entry) => entry % 3),
    new Float64Array(3).fill(0.01),
    new Float64Array(3),
    new Float64Array(3),
    new Int32Array(2),
    [],
    undefined,
    0,
    undefined,
    undefined,
    undefined,
    undefined,
    exchange,
    callBack,
    0,
    0,
    0,
  ];
}

const runSync = addon.runSync as unknown as (...values: unknown[]) => number;
const run = addon.run as unknown as (...values: unknown[]) => number;

it('calls forward and backward once a step, with the number of samples', () => {
  const plan = createPlan(encoded);
  const calls: string[] = [];
  const callBack: Function = (instruction, samples) => {
    calls.push(`${program.instructions[instruction]?.op} ${samples}`);
    return true;
  };
  expect(runSync(plan, ...makeBuffers(callBack, new Float32Array(EXCHANGE)))).toBe(0);
  expect(calls).toEqual(['custom 20', 'customGrad 20', 'custom 20', 'customGrad 20', 'custom 1', 'customGrad 1']);
  addon.disposePlan(plan);
});

it.each([
  ['no exchange buffer', () => true, undefined],
  ['one too short', () => true, new Float32Array(EXCHANGE - 1)],
  ['one of another type', () => true, new Float64Array(EXCHANGE)],
  ['no function', undefined, new Float32Array(EXCHANGE)],
  ['something else for it', 7, new Float32Array(EXCHANGE)],
])('refuses to run with %s', (_, callBack, exchange) => {
  const plan = createPlan(encoded);
  expect(runSync(plan, ...makeBuffers(callBack, exchange))).toBe(BAD_BUFFER);
  expect(run(plan, ...makeBuffers(callBack, exchange), () => undefined)).toBe(BAD_BUFFER);
  addon.disposePlan(plan);
});

it.each([
  ['says no', () => false],
  ['says nothing', () => undefined],
  [
    'throws',
    () => {
      throw new Error('never mind');
    },
  ],
])('ends the run where the function %s, in every thread', async (_, callBack) => {
  const plan = createPlan(encoded, 3);
  expect(runSync(plan, ...makeBuffers(callBack, new Float32Array(EXCHANGE)))).toBe(FAILED);
  const outcome = await new Promise((resolve) => {
    run(plan, ...makeBuffers(callBack, new Float32Array(EXCHANGE)), (code: number) => code >= 0 && resolve(code));
  });
  expect(outcome).toBe(FAILED);
  addon.disposePlan(plan);
});

it('lets a function dispose of the plan that waits for it', async () => {
  const plan = createPlan(encoded);
  const callBack: Function = () => {
    addon.disposePlan(plan);
    return true;
  };
  const outcome = await new Promise((resolve) => {
    run(plan, ...makeBuffers(callBack, new Float32Array(EXCHANGE)), (code: number) => code >= 0 && resolve(code));
  });
  expect(outcome).toBe(1);
});

it('refuses, or runs, programs with any changes to their numbers', () => {
  const sound = Array.from(encoded);
  const odd = fc.constantFrom(Number.NaN, -1, 0.5, 1e300, 2 ** 24 + 1, 2 ** 31, 2 ** 53);
  const change = fc.record({
    // The batch and the sizes of samples decide about the buffers of the run, which are fixed here.
    at: fc.integer({ min: 9, max: sound.length - 1 }),
    to: fc.oneof(odd, fc.integer({ min: 0, max: 80 })),
  });
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const numbers = [...sound];
      for (const { at, to } of changes) numbers[at] = to;
      const plan = createPlan(numbers);
      if (plan < 0) return;
      accepted += 1;
      // Buffers that no longer fit are refused in their turn.
      expect(runSync(plan, ...makeBuffers(() => true, new Float32Array(EXCHANGE)))).not.toBe(FAILED);
      addon.disposePlan(plan);
    }),
    { numRuns: 2000 },
  );
  expect(accepted).toBeGreaterThan(0);
});

describe('a process that ends while a native thread waits for a function', () => {
  const SETUP = `
    require(${JSON.stringify(path.join(ROOT, 'scripts/register-typescript.cjs'))});
    const { sequential } = require(${JSON.stringify(path.join(ROOT, 'lib/model/sequential'))});
    const { defineLayer } = require(${JSON.stringify(path.join(ROOT, 'lib/layers/define-layer'))});
    const { dense } = require(${JSON.stringify(path.join(ROOT, 'lib/layers/dense'))});
    const { Dataset } = require(${JSON.stringify(path.join(ROOT, 'lib/data/dataset'))});
    const train = (told) => {
      let calls = 0;
      const layer = defineLayer({
        name: 'same',
        outputShape: (shape) => shape,
        forward: ({ input, output }) => { output.set(input); told(++calls); },
        backward: ({ gradOutput, gradInput }) => gradInput.set(gradOutput),
      });
      const net = sequential([dense({ units: 2 }), layer()], { inputShape: [2] }).compile({ loss: 'sse', backend: 'native', threads: 2 });
      const data = Dataset.from({ samples: new Float32Array(4000), shape: [2], targets: new Float32Array(4000) });
      return net.fit(data, { epochs: 1e6, batchSize: 32 });
    };
  `;

  function runScript(script: string) {
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['-e', SETUP + script], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 100_000,
    });
    return { status, signal, output: stdout.trim(), errors: stderr.trim() };
  }

  it('by process.exit in the function itself', () => {
    const script = 'train((calls) => { if (calls === 5) process.exit(7); });';
    expect(runScript(script)).toEqual({ status: 7, signal: null, output: '', errors: '' });
  }, 120_000);

  it('by process.exit elsewhere', () => {
    const script = 'train(() => undefined); setTimeout(() => process.exit(4), 50);';
    expect(runScript(script)).toEqual({ status: 4, signal: null, output: '', errors: '' });
  }, 120_000);

  it('is none of those where only Workers end: 20 are terminated', () => {
    const worker = `${SETUP}
      const { parentPort } = require('node:worker_threads');
      train((calls) => { if (calls === 3) parentPort.postMessage('running'); });
    `;
    const script = `
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
          codes.push(...(await Promise.all([0, 1, 2, 5].map((delay) => terminated(delay + round)))));
        }
        console.log(codes.join(''));
      })();
    `;
    expect(runScript(script)).toEqual({ status: 0, signal: null, output: '1'.repeat(20), errors: '' });
  }, 120_000);
});
