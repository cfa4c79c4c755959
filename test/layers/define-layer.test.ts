import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendName } from '../../lib/backends/backend';
import { Dataset } from '../../lib/data/dataset';
import { checkGradients } from '../../lib/doctor/gradient-check';
import { conv2d } from '../../lib/layers/conv2d';
import { type DefinedLayer, defineLayer, type LayerDefinition } from '../../lib/layers/define-layer';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { add } from '../../lib/layers/join';
import type { Layer } from '../../lib/layers/layer';
import { model } from '../../lib/model/functional';
import { chain } from '../../lib/model/graph';
import { loadModel } from '../../lib/model/load-model';
import type { Model } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';
import { neighbours, square } from '../cases/custom';
import { quarters } from '../support/toy';

const BACKENDS: BackendName[] = process.env.LAMINET_BACKEND === 'reference' ? ['reference'] : ['reference', 'native'];

/** Copies of a model's parameters, by name. */
function parametersOf(net: Model): Record<string, number[]> {
  return Object.fromEntries(net.graph.parameters.map(({ name }) => [name, [...net.parameter(name)]]));
}

/** Numbers as a data set. */
function rows(samples: ArrayLike<number>, width: number, targets: ArrayLike<number>): Dataset {
  return Dataset.from({ samples: Float32Array.from(samples), shape: [width], targets });
}

/** The post's linearize, written right. */
const linearize = defineLayer({
  name: 'ownLinearize',
  outputShape: (shape) => [shape.reduce((product, size) => product * size)],
  forward: ({ input, output }) => output.set(input),
  backward: ({ gradOutput, gradInput }) => gradInput.set(gradOutput),
});

/** The same with the post's bug: the backward step hands back the layer's own output. */
const wrongLinearize = defineLayer({
  name: 'wrongLinearize',
  outputShape: (shape) => [shape.reduce((product, size) => product * size)],
  forward: ({ input, output }) => output.set(input),
  backward: ({ output, gradInput }) => gradInput.set(output),
});

function network(flat: Layer, options: { readonly seed?: number } = {}): Model {
  const layers = [
    conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }),
    flat,
    dense({ units: 4, activation: 'softmax' }),
  ];
  return sequential(layers, { inputShape: [1, 8, 8], seed: 7, ...options });
}

async function trained(flat: Layer, backend: BackendName, threads: number): Promise<Record<string, number[]>> {
  const net = network(flat).compile({ loss: 'crossEntropy', backend, threads });
  try {
    await net.fit(quarters(70, 1), { epochs: 2, batchSize: 32 });
    return parametersOf(net);
  } finally {
    net.dispose();
  }
}

describe.each(BACKENDS)('on the %s backend', (backend) => {
  it.each([1, 2, 3])(
    'a linearize of one’s own trains to the same bits as the library’s, on %i threads',
    async (threads) => {
      expect(await trained(linearize(), backend, threads)).toEqual(await trained(flatten(), backend, threads));
    },
  );

  it('is fed whole batches of samples in order, and the last one with what is left', async () => {
    const seen: number[][] = [];
    const spy = defineLayer({
      name: 'spy',
      outputShape: (shape) => shape,
      forward: ({ samples, input, output, inputShape, outputShape, training }) => {
        seen.push([samples, input.length, output.length, ...inputShape, ...outputShape, Number(training)]);
        output.set(input);
      },
      backward: ({ gradOutput, gradInput }) => gradInput.set(gradOutput),
    });
    const net = sequential([spy()], { inputShape: [3] }).compile({ loss: 'sse', backend });
    const samples = Float32Array.from({ length: 57 }, (_, index) => index);
    const { data } = await net.predict(samples, { batchSize: 8 });
    expect([...data]).toEqual([...samples]);
    expect(seen).toEqual([8, 8, 3].map((count) => [count, 3 * count, 3 * count, 3, 3, 0]));
    expect([...net.predictSync(samples.subarray(0, 3)).data]).toEqual([0, 1, 2]);
    net.dispose();
  });

  it('learns parameters of its own', async () => {
    const net = sequential([neighbours()], { inputShape: [3], seed: 1 }).compile({
      loss: 'sse',
      optimizer: 'adam',
      backend,
    });
    const samples = Float32Array.from({ length: 300 }, (_, index) => ((index * 37) % 19) / 9 - 1);
    const targets = Float32Array.from({ length: 200 }, (_, index) => {
      const at = Math.floor(index / 2) * 3 + (index % 2);
      return 3 * (samples[at] as number) * (samples[at + 1] as number) - 1;
    });
    await net.fit(rows(samples, 3, targets), { epochs: 1500, batchSize: 20 });
    const learned = Object.values(parametersOf(net)).map((values) =>
      values.map((value) => Math.round(value * 20) / 20),
    );
    expect(learned).toEqual([
      [3, 3],
      [-1, -1],
    ]);
    net.dispose();
  });

  it('stands anywhere in a graph, several times', async () => {
    const x = input([4]);
    const shared = square();
    const h = x.pipe(dense({ units: 4 }), shared, shared);
    const net = model({ inputs: x, outputs: add([h, x.pipe(shared)]) }).compile({ loss: 'sse', backend });
    expect((await checkGradients(net.graph)).ok).toBe(true);
    const { data } = await net.predict([1, 2, 3, 4]);
    const weight = net.parameter('dense_1.weight');
    const expected = [0, 1, 2, 3].map((row) => {
      const sum = [1, 2, 3, 4].reduce((total, value, k) => total + value * (weight[row * 4 + k] as number), 0);
      return sum ** 4 + (row + 1) ** 2;
    });
    for (const [index, value] of expected.entries()) expect(data[index]).toBeCloseTo(value, 3);
    net.dispose();
  });

  it('ends the run with the layer’s name where a function throws, and the model stays usable', async () => {
    let broken = true;
    const fragile = defineLayer({
      name: 'fragile',
      outputShape: (shape) => shape,
      forward: ({ input, output }) => {
        if (broken) throw new RangeError('no luck today');
        output.set(input);
      },
      backward: ({ gradOutput, gradInput }) => gradInput.set(gradOutput),
    });
    const net = sequential([dense({ units: 2 }), fragile()], { inputShape: [2] }).compile({ loss: 'sse', backend });
    const failure = {
      code: 'E_LAYER',
      message: 'layer fragile_1 (fragile): forward threw: no luck today',
      cause: expect.objectContaining({ name: 'RangeError' }),
    };
    await expect(net.predict([1, 2])).rejects.toMatchObject(failure);
    expect(() => net.predictSync([1, 2])).toThrow(expect.objectContaining(failure));
    const data = rows([1, 2, 3, 4], 2, [1, 2, 3, 4]);
    await expect(net.fit(data, { epochs: 1 })).rejects.toMatchObject(failure);
    broken = false;
    expect((await net.fit(data, { epochs: 3 })).epochs).toHaveLength(3);
    net.dispose();
  });

  it('refuses a function that does not compute at once', async () => {
    const slow = defineLayer({
      name: 'slow',
      outputShape: (shape) => shape,
      forward: (async () => undefined) as () => void,
      backward: () => undefined,
    });
    const net = sequential([slow()], { inputShape: [2] }).compile({ loss: 'sse', backend });
    await expect(net.predict([1, 2])).rejects.toMatchObject({
      code: 'E_LAYER',
      message: 'layer slow_1 (slow): forward returned a promise, expected it to compute at once',
    });
    net.dispose();
  });

  it('is trained as usual where it is frozen: its parameters stay', async () => {
    const net = sequential([dense({ units: 5 }), neighbours({ trainable: false })], { inputShape: [3] }).compile({
      loss: 'sse',
      backend,
    });
    const before = Object.values(parametersOf(net));
    await net.fit(rows([1, 2, 3], 3, [1, 2, 3, 4]), { epochs: 2 });
    const after = Object.values(parametersOf(net));
    expect(after.slice(2)).toEqual(before.slice(2));
    expect(after[0]).not.toEqual(before[0]);
    net.dispose();
  });
});

it('the gradient check names a layer of one’s own that is wrong', async () => {
  expect((await checkGradients(network(linearize()).graph)).guilty).toEqual([]);
  expect((await checkGradients(network(wrongLinearize()).graph)).guilty).toEqual(['wrongLinearize_1']);
});

describe('model files', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'laminet-own-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('keep its options and its parameters', async () => {
    const path = join(folder, 'own.safetensors');
    const net = sequential([neighbours({ shift: 0.5, name: 'mine' })], { inputShape: [4] }).compile({ loss: 'sse' });
    await net.save(path);
    const again = (await loadModel(path, { layers: [square, neighbours] })).compile({ loss: 'sse' });
    expect(parametersOf(again)).toEqual(parametersOf(net));
    expect((await again.predict([1, 2, 3, 4])).data).toEqual((await net.predict([1, 2, 3, 4])).data);
    for (const each of [net, again]) each.dispose();
    const sentence =
      'there is no layer of kind "neighbours"; a layer of your own is given to loadModel in its option layers';
    await expect(loadModel(path)).rejects.toMatchObject({ code: 'E_UNKNOWN', message: sentence });
  });

  it('are not read with a layer that takes the name of one of the library’s', async () => {
    const path = join(folder, 'own.safetensors');
    await sequential([dense({ units: 1 })], { inputShape: [1] }).save(path);
    const taken = defineLayer({ ...(square as unknown as LayerDefinition<object>), ...parts, name: 'dense' });
    await expect(loadModel(path, { layers: [taken] })).rejects.toMatchObject({
      code: 'E_OPTION',
      message: 'the library has a layer dense already; give yours another name',
    });
  });
});

const parts = {
  outputShape: (shape: readonly number[]) => shape,
  forward: () => undefined,
  backward: () => undefined,
};

describe('a definition is refused', () => {
  it.each([
    [{ ...parts, name: '2d' }, 'the name of a layer must be a letter, then letters and digits, found "2d"'],
    [{ ...parts, name: 'a_b' }, 'the name of a layer must be a letter, then letters and digits, found "a_b"'],
    [{ ...parts, name: 'half', backward: undefined }, 'the layer half needs a function backward, found undefined'],
    [{ ...parts, name: 'half', forward: 3 }, 'the layer half needs a function forward, found number'],
  ])('%j', (definition, message) => {
    expect(() => defineLayer(definition as unknown as LayerDefinition<object>)).toThrow(
      expect.objectContaining({ code: 'E_OPTION', message }),
    );
  });

  it.each([
    [undefined, 'layer odd_1 (odd), fed 3: the output shape of odd: expected a list of sizes, found undefined'],
    [
      [0],
      'layer odd_1 (odd), fed 3: the output shape of odd: every size must be a whole number of at least 1, found 0',
    ],
  ])('whose output shape is %j', (shape, message) => {
    const odd: DefinedLayer = defineLayer({ ...parts, name: 'odd', outputShape: () => shape as number[] });
    expect(() => chain([3], [odd()])).toThrow(expect.objectContaining({ code: 'E_SHAPE', message }));
  });
});
