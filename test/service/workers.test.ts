import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Holding, leastGrowth, PRELUDE, resultOf, runService } from '../support/service-process';

const folder = mkdtempSync(path.join(tmpdir(), 'laminet-workers-'));
const file = JSON.stringify(path.join(folder, 'model.safetensors'));
const layered = JSON.stringify(path.join(folder, 'layered.safetensors'));

beforeAll(() => {
  const saved = runService(`
    (async () => {
      await network({ units: 1024 }).save(${file});
      await network({ units: 1024, layers: [through()] }).save(${layered});
    })();
  `);
  expect(saved).toEqual({ status: 0, signal: null, output: '', errors: '' });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What each holds at least that is at work, in bytes: parameters, data, the plan's memory; on either backend. */
const HELD = 2.5 * 2 ** 20;

const PARTS = 4;

interface Terminated {
  /** The exit codes that differ from each other. */
  readonly codes: readonly number[];
  /** What the process held after each part of the Workers. */
  readonly holdings: readonly Holding[];
  /** The least that a Worker held of memory beside its heap when it was terminated, in bytes. */
  readonly held: number;
}

/**
 * Terminates `count` Workers, four at a time, each a moment after it has said that it is at work; where `unheard`, a moment
 * after its start, wherever that finds it. They go in four parts; the first brings the process to what it keeps.
 */
function terminate(count: number, work: string, unheard = false): Terminated {
  const part = count / PARTS;
  const worker = `${PRELUDE}
    const atWork = () => parentPort.postMessage(process.memoryUsage().external);
    (async () => { ${work} })();
  `;
  return resultOf(`
    const codes = new Set();
    let held = Infinity;
    const one = async (moment) => {
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
      const failed = new Promise((_, reject) => worker.once('error', reject));
      const atWork = new Promise((resolve) => worker.once('message', resolve));
      if (${unheard}) await Promise.race([failed, delay(moment)]);
      else {
        held = Math.min(held, await Promise.race([failed, atWork]));
        await delay(moment % 8);
      }
      codes.add(await worker.terminate());
    };
    const many = async (from, to) => {
      for (let i = from; i < to; i += 4) await Promise.all([0, 1, 2, 3].map((j) => one(((i + j) * 37) % 200)));
      return holding();
    };
    (async () => {
      const holdings = [];
      for (let part = 0; part < ${PARTS}; part++) holdings.push(await many(part * ${part}, (part + 1) * ${part}));
      console.log(JSON.stringify({ codes: [...codes], holdings, held }));
    })();
  `);
}

/** Nothing of a part's Workers is left: had each left half of what it held at least, it would show. */
function expectNothingLeft({ holdings }: Terminated, workers: number): void {
  expect(new Set(holdings.map(({ threads }) => threads)).size).toBe(1);
  expect(new Set(holdings.map(({ descriptors }) => descriptors)).size).toBe(1);
  const bound = (workers / PARTS) * (HELD / 2);
  expect(leastGrowth(holdings, 'native')).toBeLessThan(bound);
  expect(leastGrowth(holdings, 'javascript')).toBeLessThan(bound);
}

describe('200 Workers that load a model leave nothing behind when they are terminated', () => {
  it('in the midst of a training step', () => {
    const ended = terminate(
      64,
      `const model = (await loadModel(${file})).compile(settings);
       model.fit(images(512), { ...ENDLESS, onEvent: ({ type }) => type === 'progress' && atWork() });`,
    );
    expect(ended.codes).toEqual([1]);
    expect(ended.held).toBeGreaterThan(HELD);
    expectNothingLeft(ended, 64);
  }, 120_000);

  it('while native threads wait for a layer of their own', () => {
    const ended = terminate(
      40,
      `const model = (await loadModel(${layered}, { layers: [through] })).compile(settings);
       model.fit(images(512), { ...ENDLESS, onEvent: ({ type }) => type === 'progress' && atWork() });`,
    );
    expect(ended.codes).toEqual([1]);
    expect(ended.held).toBeGreaterThan(HELD);
    expectNothingLeft(ended, 40);
  }, 120_000);

  it('while they predict', () => {
    const ended = terminate(
      40,
      `const model = (await loadModel(${file})).compile(settings);
       const data = images(512);
       await model.predict(data);
       await model.predict(data.slice(0, 1));
       atWork();
       for (;;) await Promise.all([model.predict(data), model.predict(data.slice(0, 1))]);`,
    );
    expect(ended.codes).toEqual([1]);
    expect(ended.held).toBeGreaterThan(HELD);
    expectNothingLeft(ended, 40);
  }, 120_000);

  it('wherever they are on their way there', () => {
    const ended = terminate(
      56,
      `const model = (await loadModel(${file})).compile(settings);
       await model.fit(images(512), ENDLESS);`,
      true,
    );
    // 0 is that of a Worker which has not begun yet.
    expect([0, 1]).toEqual(expect.arrayContaining([...ended.codes]));
    expectNothingLeft(ended, 56);
  }, 120_000);
});
