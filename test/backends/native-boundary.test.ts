import fc from 'fast-check';
import { type InstructionSet, nativeBackend } from '../../lib/backends/native';
import { type Addon, loadAddon } from '../../lib/backends/native/addon';
import { encodeProgram } from '../../lib/backends/native/encode';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { crossEntropy } from '../../lib/losses/loss';
import { chain } from '../../lib/model/graph';
import type { Instruction, Program } from '../../lib/ops/program';
import { muon } from '../../lib/optimizers/muon';
import { l2 } from '../../lib/regularizers/regularizer';
import { instructionSets } from '../support/backends';
import { normals, randomLabels } from '../support/random';
import { compilePlain, placeParameters } from '../support/single-op';

// What TypeScript never hands to the addon, handed to it: statuses come back, nothing is written, and nothing crashes.

/** The statuses of native/plan/program.h that are looked for here. */
const Status = { noPlan: -8, busy: -9, badBuffer: -10 } as const;

const SETS: readonly InstructionSet[] = ['sse2', 'avx2', 'avx512'];
const widest = SETS.indexOf(instructionSets.at(-1) ?? 'sse2');

const BATCH = 4;
const SAMPLES = 10;
const PIXELS = 2 * 6 * 5;
const CLASSES = 3;

const graph = chain(
  [2, 6, 5],
  [
    conv2d({ filters: 3, kernelSize: 3, padding: 1, activation: 'tanh' }),
    maxPool2d(),
    conv2d({ filters: 4, kernelSize: 2, strides: [2, 1], activation: 'relu' }),
    flatten(),
    dense({ units: CLASSES, activation: 'softmax' }),
  ],
);

const program = compilePlain(graph, {
  purpose: 'train',
  batchSize: BATCH,
  targets: 'classes',
  loss: crossEntropy(),
  optimizer: muon({ except: 'conv2d_1' }),
  regularizer: { regularizer: l2(0.01), kinds: ['weight'] },
  clipping: { by: 'globalNorm', limit: 1 },
  averaging: {},
  stepsPerUpdate: 2,
  weighted: true,
  outputResult: true,
});

const encoded = encodeProgram(program);

function createPlan(addon: Addon, numbers: ArrayLike<number>, threads = 2): { plan: number; where: number } {
  const report = new Float64Array([-1]);
  const plan = addon.createPlan(Float64Array.from(numbers), threads, widest, report);
  return { plan, where: report[0] as number };
}

/** The arguments of a run between the plan and `onEvent`, in their order. */
interface Buffers {
  parameters: unknown;
  gradients: unknown;
  samples: unknown;
  targets: unknown;
  order: unknown;
  learningRates: unknown;
  losses: unknown;
  correct: unknown;
  control: unknown;
  results: unknown;
  profile: unknown;
  version: unknown;
  state: unknown;
  factors: unknown;
  penalties: unknown;
  weights: unknown;
  exchange: unknown;
  callBack: unknown;
  seed: unknown;
  stepsBefore: unknown;
  epoch: unknown;
}

function run(addon: Addon, plan: unknown, buffers: Buffers, onEvent: unknown = () => undefined): number {
  const call = addon.run as (...values: unknown[]) => number;
  return call(plan, ...Object.values(buffers), onEvent);
}

function runSync(addon: Addon, plan: unknown, buffers: Buffers): number {
  const call = addon.runSync as (...values: unknown[]) => number;
  return call(plan, ...Object.values(buffers));
}

function makeBuffers(entries = SAMPLES): Buffers & { order: Uint32Array; control: Int32Array } {
  const steps = Math.ceil(entries / BATCH);
  const updates = Math.ceil(steps / program.stepsPerUpdate);
  return {
    parameters: placeParameters(graph, 'float32', (_, index) => normals(graph.parameters[index]?.size ?? 0, 3 + index)),
    gradients: new Float32Array(program.parameterElements),
    samples: Float32Array.from(normals(SAMPLES * PIXELS, 1)),
    targets: randomLabels(SAMPLES, CLASSES, 2),
    order: Uint32Array.from({ length: entries }, (_, entry) => entry % SAMPLES),
    learningRates: new Float64Array(updates).fill(0.01),
    losses: new Float64Array(steps),
    correct: new Float64Array(steps),
    control: new Int32Array(new SharedArrayBuffer(8)),
    results: [new Float32Array(entries * CLASSES)],
    profile: undefined,
    version: 0,
    state: new Float32Array(program.stateSlots * program.parameterElements),
    factors: new Float64Array(updates * program.stepFactors).fill(0.5),
    penalties: new Float64Array(steps),
    weights: new Float32Array(entries).fill(1 / BATCH),
    exchange: undefined,
    callBack: undefined,
    seed: 0,
    stepsBefore: 0,
    epoch: 0,
  };
}

/** What an encoded program, which the addon has accepted, says of the buffers of a run. */
function buffersFor(numbers: readonly number[]): Buffers | undefined {
  let next = 0;
  const read = (): number => numbers[next++] as number;
  const header = Array.from({ length: 12 }, read);
  const [batchSize = 0, bytes, sampleElements = 0, targets, parameterElements = 0] = header.slice(3);
  const [stateSlots = 0, stepFactors = 0, parameters = 0] = header.slice(9);
  // A larger one is sound as well, but would take long.
  if (batchSize > 1000) return undefined;
  next += 2 * parameters;
  const tensors = Array.from({ length: read() }, () => ({
    role: read(),
    kind: read(),
    batched: read(),
    elements: read(),
    parameter: read(),
    slot: read(),
  }));
  for (let left = read(); left > 0; left--) {
    read();
    const operandsAndFields = read() + read() + read();
    next += operandsAndFields;
  }
  const results = Array.from({ length: read() }, () => tensors[read()]?.elements ?? 0);
  const entries = 2 * batchSize + 1;
  const targetElements = tensors.find(({ role }) => role === 3)?.elements ?? 0;
  return {
    parameters: Float32Array.from(normals(parameterElements, 1)),
    gradients: new Float32Array(parameterElements),
    samples:
      bytes === 1 ? new Uint8Array(3 * sampleElements).fill(77) : Float32Array.from(normals(3 * sampleElements, 2)),
    targets: targets === 1 ? new Int32Array(3).fill(1) : new Float32Array(3 * targetElements),
    order: Uint32Array.from({ length: entries }, (_, entry) => entry % 3),
    learningRates: new Float64Array(3).fill(0.01),
    losses: new Float64Array(3),
    correct: new Float64Array(3),
    control: new Int32Array(2),
    results: results.map((elements) => new Float32Array(entries * elements)),
    profile: undefined,
    version: 0,
    state: new Float32Array(stateSlots * parameterElements),
    factors: new Float64Array(3 * stepFactors).fill(0.5),
    penalties: new Float64Array(3),
    weights: new Float32Array(entries).fill(0.1),
    exchange: undefined,
    callBack: undefined,
    seed: 0,
    stepsBefore: 0,
    epoch: 0,
  };
}

/** Refused with a status, or run on buffers of the right size. */
function expectRefusedOrRun(addon: Addon, numbers: readonly number[]): 'refused' | 'accepted' {
  const { plan } = createPlan(addon, numbers);
  expect(plan).not.toBe(0);
  if (plan < 0) return 'refused';
  const buffers = buffersFor(numbers);
  if (buffers) expect(runSync(addon, plan, buffers)).toBeGreaterThanOrEqual(0);
  expect(addon.disposePlan(plan)).toBe(0);
  return 'accepted';
}

describe('a program that the addon is to plan', () => {
  const addon = loadAddon();
  const sound = Array.from(encoded);

  it('is accepted and runs where it is sound', () => {
    expect(expectRefusedOrRun(addon, sound)).toBe('accepted');
  });

  it('is refused where it is cut off, at whatever length, or too long', () => {
    for (let length = 0; length < sound.length; length++) {
      expect({ length, plan: Math.sign(createPlan(addon, sound.slice(0, length)).plan) }).toEqual({ length, plan: -1 });
    }
    expect(createPlan(addon, [...sound, 0]).plan).toBeLessThan(0);
  });

  it('is refused, or runs, after any changes to its numbers', () => {
    // Numbers between 1,000 and 2^24 could ask, soundly, for batches that take gigabytes.
    const odd = fc.constantFrom(
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -1,
      -2,
      0.5,
      1e300,
      -1e300,
      2 ** 24 + 1,
      2 ** 31,
      2 ** 32,
      2 ** 53,
      -(2 ** 31),
    );
    const place = fc.nat(sound.length - 1);
    const change = fc.oneof(
      fc.record({ at: place, to: odd }),
      fc.record({ at: place, to: fc.integer({ min: 0, max: 70 }) }),
      fc.record({ at: place, swapWith: place }),
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const numbers = [...sound];
        for (const made of changes) {
          const before = numbers[made.at] as number;
          if ('to' in made) {
            numbers[made.at] = made.to;
          } else {
            numbers[made.at] = numbers[made.swapWith] as number;
            numbers[made.swapWith] = before;
          }
        }
        if (expectRefusedOrRun(addon, numbers) === 'accepted') accepted += 1;
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('is refused without an instruction set, or with a number of threads, that there is not', () => {
    const report = new Float64Array(1);
    const create = addon.createPlan as (...values: unknown[]) => number;
    for (const threads of [0, -1, 65, Number.NaN, 1e9, '2', undefined]) {
      expect(create(encoded, threads, widest, report)).toBe(Status.badBuffer);
    }
    for (const set of [-1, SETS.length, 1e9, '1', undefined]) {
      expect(create(encoded, 1, set, report)).toBe(Status.badBuffer);
    }
    for (const wrong of [undefined, null, [], new Float32Array(9), new Float64Array(0)]) {
      expect(create(encoded, 1, widest, wrong)).toBe(Status.badBuffer);
    }
    for (const wrong of [undefined, null, sound, encoded.buffer, Float32Array.from(sound)]) {
      expect(create(wrong, 1, widest, report)).toBe(Status.badBuffer);
    }
  });

  it('is refused by an error that names the instruction and the layer', () => {
    const instruction = program.instructions.findIndex(({ op, layer }) => op === 'conv2d' && layer === 'conv2d_2');
    const broken: Program = {
      ...program,
      instructions: program.instructions.map(
        (one, index): Instruction =>
          index === instruction ? { ...one, geometry: { ...one.geometry, outWidth: 77 } } : one,
      ),
    };
    expect(() => nativeBackend().plan(broken, { precision: 'float32', threads: 1 })).toThrow(
      expect.objectContaining({
        code: 'E_BACKEND',
        message: expect.stringContaining(`instruction ${instruction}, conv2d of conv2d_2`),
        details: { status: -3, instruction },
      }),
    );
  });
});

describe('buffers that the addon is to run on', () => {
  const addon = loadAddon();
  let plan = 0;

  beforeAll(() => {
    plan = createPlan(addon, encoded).plan;
  });
  afterAll(() => {
    addon.disposePlan(plan);
  });

  function detached(like: Float32Array): Float32Array {
    const copy = like.slice();
    structuredClone(copy.buffer, { transfer: [copy.buffer] });
    return copy;
  }

  const good = makeBuffers();
  const wrong: { field: keyof Buffers; what: string; value: unknown }[] = [];
  for (const [name, value] of Object.entries(good)) {
    const field = name as keyof Buffers;
    // Nothing in this program calls back: native-custom.test.ts.
    if (field === 'exchange' || field === 'callBack') continue;
    const values: Record<string, unknown> = {
      nothing: undefined,
      null: null,
      'a number': 7,
      'a string': 'abc',
      'an object': {},
      'a buffer without a view': new ArrayBuffer(4096),
      'a view of bytes': new DataView(new ArrayBuffer(4096)),
      'another type': new BigInt64Array(4096),
    };
    if (['version', 'seed', 'stepsBefore', 'epoch'].includes(field)) delete values['a number'];
    if (field === 'profile') delete values.nothing;
    if (ArrayBuffer.isView(value)) {
      const array = value as Float32Array;
      Object.assign(values, {
        'plain numbers': Array.from(array),
        'one too short': array.subarray(0, array.length - 1),
        'no numbers': array.subarray(0, 0),
        'a detached one': detached(array),
      });
    }
    // Fewer samples are as good, as long as no index lies beyond them; nor does a shorter order make anything too short.
    if (field === 'order') delete values['one too short'];
    for (const [what, given] of Object.entries(values)) wrong.push({ field, what, value: given });
  }
  const rows = makeBuffers().results as Float32Array[];
  const row = rows[0] as Float32Array;
  wrong.push(
    { field: 'parameters', what: 'one too long', value: new Float32Array(program.parameterElements + 1) },
    { field: 'gradients', what: 'one too long', value: new Float32Array(program.parameterElements + 1) },
    { field: 'state', what: 'one too long', value: new Float32Array(3 * program.parameterElements + 1) },
    ...(['seed', 'stepsBefore', 'epoch'] as const).flatMap((field) =>
      [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY].map((value) => ({ field, what: `${value}`, value })),
    ),
    { field: 'order', what: 'an index beyond the data', value: Uint32Array.of(0, 1, SAMPLES) },
    { field: 'order', what: 'the largest index', value: Uint32Array.of(0xffff_ffff) },
    { field: 'profile', what: 'one too short', value: new Float64Array(program.instructions.length + 1) },
    { field: 'results', what: 'an empty list', value: [] },
    { field: 'results', what: 'a list of holes', value: new Array(1) },
    { field: 'results', what: 'one too many', value: [row, row] },
    { field: 'results', what: 'a row too short', value: [row.subarray(1)] },
    { field: 'results', what: 'a row of another type', value: [Float64Array.from(row)] },
    { field: 'results', what: 'a detached row', value: [detached(row)] },
    { field: 'results', what: 'a list without end', value: Object.assign([row], { length: 2 ** 32 - 1 }) },
  );

  it.each(wrong)('are refused, and nothing is written: $field, $what', ({ field, value }) => {
    const buffers = { ...makeBuffers(), [field]: value };
    expect(runSync(addon, plan, buffers)).toBe(Status.badBuffer);
    expect(run(addon, plan, buffers)).toBe(Status.badBuffer);
    expect(buffers).toEqual({ ...makeBuffers(), [field]: value });
    // The plan itself is as good as before.
    expect(runSync(addon, plan, makeBuffers())).toBe(0);
  });

  it('are refused without a function to call', () => {
    for (const onEvent of [undefined, null, 7, {}]) {
      const call = addon.run as (...values: unknown[]) => number;
      expect(call(plan, ...Object.values(makeBuffers()), onEvent)).toBe(Status.badBuffer);
    }
    expect((addon.run as (...values: unknown[]) => number)(plan)).toBe(Status.badBuffer);
    expect((addon.runSync as (...values: unknown[]) => number)(plan)).toBe(Status.badBuffer);
  });

  it('are looked at after a list of results has run code of its own, which takes them away', () => {
    const buffers = makeBuffers();
    const gradients = buffers.gradients as Float32Array<ArrayBuffer>;
    const results: unknown[] = [];
    Object.defineProperty(results, 0, {
      enumerable: true,
      get: () => {
        if (gradients.length > 0) structuredClone(gradients.buffer, { transfer: [gradients.buffer] });
        return row;
      },
    });
    expect(runSync(addon, plan, { ...buffers, results })).toBe(Status.badBuffer);
    expect(run(addon, plan, { ...buffers, results })).toBe(Status.badBuffer);
  });

  it('do not matter where a list of results disposes of the plan, or throws', () => {
    const { plan: other } = createPlan(addon, encoded);
    const disposing: unknown[] = [];
    Object.defineProperty(disposing, 0, {
      get: () => {
        addon.disposePlan(other);
        return row;
      },
    });
    expect(runSync(addon, other, { ...makeBuffers(), results: disposing })).toBe(Status.noPlan);
    const throwing: unknown[] = [];
    Object.defineProperty(throwing, 0, {
      get: () => {
        throw new RangeError('not this one');
      },
    });
    expect(() => runSync(addon, plan, { ...makeBuffers(), results: throwing })).toThrow('not this one');
    expect(() => run(addon, plan, { ...makeBuffers(), results: throwing })).toThrow('not this one');
    expect(runSync(addon, plan, makeBuffers())).toBe(0);
  });

  it('are kept for as long as the run lasts, although the list of results is emptied', async () => {
    const entries = 4000 * BATCH;
    const buffers = makeBuffers(entries);
    const results = [new Float32Array(entries * CLASSES)];
    const ended = new Promise((resolve) => {
      expect(run(addon, plan, { ...buffers, results }, (outcome: number) => outcome >= 0 && resolve(outcome))).toBe(0);
    });
    results.length = 0;
    // Enough garbage for collections while the run is under way.
    for (let round = 0; round < 50; round++) new Float32Array(1 << 18).fill(round);
    expect(await ended).toBe(0);
  });
});

describe('numbers of plans', () => {
  const addon = loadAddon();
  const long = (): ReturnType<typeof makeBuffers> => makeBuffers(20_000 * BATCH);

  it.each([0, -1, 1e9, 2 ** 40, Number.NaN, 0.5, '1', undefined, null, {}])('%p is none', (plan) => {
    const { disposePlan, workingBytes } = addon as unknown as Record<string, (plan: unknown) => number>;
    expect(run(addon, plan, makeBuffers())).toBe(Status.noPlan);
    expect(runSync(addon, plan, makeBuffers())).toBe(Status.noPlan);
    expect(disposePlan?.(plan)).toBe(Status.noPlan);
    expect(workingBytes?.(plan)).toBe(Status.noPlan);
  });

  it('are not given twice', () => {
    const first = createPlan(addon, encoded).plan;
    addon.disposePlan(first);
    const second = createPlan(addon, encoded).plan;
    expect(second).not.toBe(first);
    expect(addon.disposePlan(first)).toBe(Status.noPlan);
    expect(addon.disposePlan(second)).toBe(0);
  });

  it('of a running plan are busy; disposed of, it stops, tells so, and is none', async () => {
    const { plan } = createPlan(addon, encoded);
    const buffers = long();
    const events: number[] = [];
    const ended = new Promise<void>((resolve) => {
      run(addon, plan, buffers, (outcome: number) => {
        events.push(outcome);
        if (outcome >= 0) resolve();
      });
    });
    expect(run(addon, plan, makeBuffers())).toBe(Status.busy);
    expect(runSync(addon, plan, makeBuffers())).toBe(Status.busy);
    expect(addon.workingBytes(plan)).toBeGreaterThan(0);
    expect(addon.disposePlan(plan)).toBe(0);
    expect(run(addon, plan, makeBuffers())).toBe(Status.noPlan);
    expect(runSync(addon, plan, makeBuffers())).toBe(Status.noPlan);
    expect(addon.disposePlan(plan)).toBe(Status.noPlan);
    await ended;
    expect(events.at(-1)).toBe(1);
    expect(Atomics.load(buffers.control, 1)).toBeLessThan(20_000);
    expect(addon.workingBytes(plan)).toBe(Status.noPlan);
  });

  it('of hundreds of plans, each run and disposed of inside its own event', async () => {
    for (let round = 0; round < 300; round++) {
      const { plan } = createPlan(addon, encoded, 1 + (round % 4));
      await new Promise<void>((resolve) => {
        const onEvent = (outcome: number): void => {
          if (outcome < 0) return;
          // At once: the plan's threads may still be on their way out of the first run.
          const again = run(addon, plan, makeBuffers(), () => {
            expect(addon.disposePlan(plan)).toBe(0);
            resolve();
          });
          expect(again).toBe(0);
        };
        expect(run(addon, plan, makeBuffers(), onEvent)).toBe(0);
      });
    }
  });
});
