import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendName } from '../../lib/backends/backend';
import { checkGradients } from '../../lib/doctor/gradient-check';
import { decodeSafetensors, encodeSafetensors } from '../../lib/formats/safetensors';
import { dense } from '../../lib/layers/dense';
import { input } from '../../lib/layers/input';
import { add } from '../../lib/layers/join';
import { model } from '../../lib/model/functional';
import { loadModel } from '../../lib/model/load-model';
import type { Model } from '../../lib/model/model';
import { printProgram } from '../../lib/model/print-program';
import { sequential } from '../../lib/model/sequential';
import { sgd } from '../../lib/optimizers/optimizer';
import { residualNetwork } from '../support/residual';
import { quarters } from '../support/toy';

const BACKENDS: readonly BackendName[] = ['native', 'reference'];

function residualModel(backend: BackendName, seed = 3): Model {
  return model({ ...residualNetwork([1, 8, 8], 4), name: 'residual', seed }).compile({
    optimizer: sgd({ learningRate: 0.1 }),
    loss: 'crossEntropy',
    backend,
    threads: 2,
  });
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-functional-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe.each(BACKENDS)('a residual network on the %s backend', (backend) => {
  const train = quarters(203, 1);
  const test = quarters(100, 2);

  it('learns, and gives the same whether asked for one sample or all', async () => {
    using net = residualModel(backend);
    const history = await net.fit(train, { epochs: 6, batchSize: 16, validationData: test });
    expect(history.epochs.at(-1)?.validation?.accuracy).toBeGreaterThan(0.95);
    const whole = await net.predict(test);
    expect((await net.predict(test, { batchSize: 7 })).data).toEqual(whole.data);
    expect(net.predictSync(test.slice(3, 4)).data).toEqual(whole.data.slice(12, 16));
  });

  it('tells where the time of its steps went', async () => {
    using net = residualModel(backend);
    const { profile = [] } = await net.fit(train, { profile: true, batchSize: 50 });
    expect(profile.map(({ op, layer }) => `${op} ${layer}`)).toEqual(
      expect.arrayContaining(['add add_1', 'add add_2', 'dense shared@2', 'denseGradWeight shared@2', 'add shared']),
    );
    expect(profile.every(({ seconds }) => seconds >= 0)).toBe(true);
  });

  it('is the same network when it is saved and loaded', async () => {
    using net = residualModel(backend);
    await net.fit(train);
    const path = join(folder, `${backend}.safetensors`);
    await net.save(path);
    using loaded = await loadModel(path, { backend });
    expect(loaded.summary()).toBe(net.summary());
    expect((await loaded.predict(test)).data).toEqual((await net.predict(test)).data);
    await loaded.save(join(folder, 'again.safetensors'));
    expect(await readFile(join(folder, 'again.safetensors'))).toEqual(await readFile(path));
  });
});

describe('a network that is no chain', () => {
  it('tells in its summary what feeds each layer, and counts shared parameters once', () => {
    using net = residualModel('reference');
    const lines = net.summary().split('\n');
    expect(lines[1]).toMatch(/^layer +output +parameters +FLOPs\/sample +bytes\/sample +connected to$/);
    const fields = lines.map((line) => line.split(/ {2,}/));
    const fedBy = new Map(fields.map(([name, , , , , sources]) => [name, sources]));
    expect(fedBy.get('input')).toBeUndefined();
    expect(fedBy.get('conv2d_1')).toBe('input');
    expect(fedBy.get('add_1')).toBe('maxPool2d_1, conv2d_3');
    expect(fedBy.get('shared@2')).toBe('shared');
    const parameters = new Map(fields.map(([name, , count]) => [name, count]));
    expect(parameters.get('shared')).toBe('600');
    expect(parameters.get('shared@2')).toBe('0');
    expect(lines.at(-1)?.split(/ {2,}/)[1]).toBe(net.graph.parameterCount.toLocaleString('en-US'));
  });

  it('prints its program with the sums of gradients in it', () => {
    const x = input([3]);
    const shared = dense({ units: 3, useBias: false });
    using net = model({ inputs: x, outputs: add([x.pipe(shared), x.pipe(shared, shared)]) });
    net.compile({ loss: 'sse', backend: 'reference' });
    const text = printProgram(net.program('train', { batchSize: 2 }));
    expect(text.slice(text.indexOf('backward:'))).toBe(`backward:
  %11:3 = squaredErrorGrad(%5:3, %6:scalar) {classes=3 labels=1 divisor=1}  ; loss
  %12:3 = denseGradInput(%11:3, %0:3x3) {inputs=3 outputs=3}  ; dense_1@3
  %14:3x3 = denseGradWeight(%11:3, %3:3) {inputs=3 outputs=3}  ; dense_1@3
  %13:3x3 = denseGradWeight(%12:3, %1:3) {inputs=3 outputs=3}  ; dense_1@2
  %16:3x3 = add(%14:3x3, %13:3x3) {elements=9}  ; dense_1@2
  %15:3x3 = denseGradWeight(%11:3, %1:3) {inputs=3 outputs=3}  ; dense_1
  %10:3x3 = add(%16:3x3, %15:3x3) {elements=9}  ; dense_1
update:
  sgd(%0:3x3, %10:3x3) {elements=9 l2=0 weightDecay=0 learningRateFactor=1}  ; dense_1`);
  });

  it('has right gradients', async () => {
    const report = await checkGradients(residualModel('reference').graph, { elements: 8 });
    expect({ ok: report.ok, guilty: report.guilty }).toEqual({ ok: true, guilty: [] });
  });
});

describe('a weight file', () => {
  /** A file of a small network whose description was changed. */
  async function fileWith(change: (description: Record<string, unknown[]>) => unknown): Promise<string> {
    const x = input([3]);
    const net = model({ inputs: x, outputs: add([x, x.pipe(dense({ units: 3 }))]) });
    const path = join(folder, 'changed.safetensors');
    await net.save(path);
    const { tensors, metadata } = decodeSafetensors(await readFile(path), path);
    const description = JSON.parse(metadata.network ?? '') as Record<string, unknown[]>;
    const network = JSON.stringify(change(description) ?? description);
    await writeFile(path, encodeSafetensors(tensors, { ...metadata, network }));
    return path;
  }

  it('of layers in a row is what it was before there were other networks', async () => {
    const path = join(folder, 'chain.safetensors');
    const layers = [dense({ units: 2, activation: 'tanh' }), dense({ units: 1 })];
    const net = sequential(layers, { inputShape: [3], name: 'plain' });
    await net.save(path);
    const { metadata } = decodeSafetensors(await readFile(path), path);
    expect(JSON.parse(metadata.network ?? '')).toMatchObject({
      name: 'plain',
      inputShape: [3],
      layers: [
        { kind: 'dense', name: 'dense_1', config: { units: 2, activation: 'tanh' } },
        { kind: 'dense', name: 'dense_2', config: { units: 1 } },
      ],
    });
    const loaded = await loadModel(path);
    expect(loaded.summary()).toBe(net.summary());
    expect(loaded.parameter('dense_2.weight')).toEqual(net.parameter('dense_2.weight'));
  });

  it.each<[string, string, RegExp, (description: Record<string, unknown[]>) => unknown]>([
    ['no network', 'E_FORMAT', /describe no network/, () => ({ name: 'x', nodes: [] })],
    ['no JSON of a network', 'E_FORMAT', /describe no network/, () => [1]],
    ['nodes that are none', 'E_FORMAT', /describe no network/, (d) => ({ ...d, nodes: [{ name: 'a' }] })],
    [
      'a layer that is none',
      'E_UNKNOWN',
      /there is no layer of kind "fft"/,
      (d) => {
        (d.layers?.[0] as { kind: string }).kind = 'fft';
      },
    ],
    [
      'a layer twice',
      'E_FORMAT',
      /has two layers "dense_1"/,
      (d) => {
        d.layers?.push(d.layers[0]);
      },
    ],
    [
      'a node twice',
      'E_FORMAT',
      /has two nodes "dense_1"/,
      (d) => {
        d.nodes?.push(d.nodes[0]);
      },
    ],
    [
      'a node of no layer',
      'E_FORMAT',
      /has no layer "other"/,
      (d) => {
        (d.nodes?.[0] as { layer: string }).layer = 'other';
      },
    ],
    [
      'a cycle',
      'E_FORMAT',
      /names a node "add_1" that is not there before it/,
      (d) => {
        (d.nodes?.[0] as { inputs: string[] }).inputs = ['add_1'];
      },
    ],
    [
      'a sum of one',
      'E_FORMAT',
      /the node "add_1" has 1 inputs/,
      (d) => {
        (d.nodes?.[1] as { inputs: string[] }).inputs = ['input'];
      },
    ],
    [
      'a dense layer of two inputs',
      'E_FORMAT',
      /the node "dense_1" has 2 inputs/,
      (d) => {
        (d.nodes?.[0] as { inputs: string[] }).inputs = ['input', 'input'];
      },
    ],
    ['an output that is none', 'E_FORMAT', /names a node "end"/, (d) => ({ ...d, outputs: ['end'] })],
    ['no outputs', 'E_OPTION', /at least one output/, (d) => ({ ...d, outputs: [] })],
    [
      'an input of no size',
      'E_SHAPE',
      /the input input/,
      (d) => {
        (d.inputs?.[0] as { shape: unknown }).shape = ['wide'];
      },
    ],
    [
      'a sum in a row of layers',
      'E_FORMAT',
      /"add_1" joins several inputs/,
      ({ layers }) => ({
        name: 'row',
        inputShape: [3],
        layers,
      }),
    ],
  ])('with %s is refused', async (_, code, message, change) => {
    await expect(loadModel(await fileWith(change))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
