import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constant } from '../../lib/initializers/constant';
import type { InitializerLike } from '../../lib/initializers/initializer';
import { orthogonal } from '../../lib/initializers/orthogonal';
import { varianceScaling } from '../../lib/initializers/variance-scaling';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { loadModel } from '../../lib/model/load-model';
import { Model } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';
import { meanSquare } from '../support/moments';

const folder = mkdtempSync(join(tmpdir(), 'laminet-initializers-'));
const path = join(folder, 'model.safetensors');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SEED = 11;

function network(kernelInitializer: InitializerLike, biasInitializer: InitializerLike = 'zeros'): Model {
  const layers = [
    conv2d({ filters: 2, kernelSize: 3, kernelInitializer, biasInitializer }),
    flatten(),
    dense({ units: 3, kernelInitializer, biasInitializer }),
  ];
  return sequential(layers, { inputShape: [1, 6, 6], seed: SEED });
}

const numbersOf = (model: Model): number[][] => model.graph.parameters.map(({ name }) => [...model.parameter(name)]);

describe('the first weights of a network', () => {
  it.each<[InitializerLike, InitializerLike]>([
    ['heTruncatedNormal', 'ones'],
    ['dirac', 'zeros'],
    [orthogonal({ gain: 2 }), constant(0.125)],
    [varianceScaling({ scale: 0.5, mode: 'fanOut', distribution: 'uniform' }), constant(-1)],
  ])('%p and %p come back from a model file, options and all', async (kernel, bias) => {
    const model = network(kernel, bias);
    await model.save(path);
    const loaded = await loadModel(path);
    expect(numbersOf(loaded)).toEqual(numbersOf(model));
    const layers = loaded.graph.nodes.map(({ layer }) => layer);
    expect(layers.map(({ config }) => config)).toEqual(model.graph.nodes.map(({ layer }) => layer.config));
    // The layers of the file, with the same seed: the same first weights.
    const again = new Model('again', loaded.graph, SEED);
    expect(numbersOf(again)).toEqual(numbersOf(model));
  });

  it('that come from a function are in the file, the function is not', async () => {
    const model = network((shape, random) =>
      Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.nextUniform()),
    );
    await model.save(path);
    using loaded = await loadModel(path);
    expect(numbersOf(loaded)).toEqual(numbersOf(model));
    loaded.compile({ loss: 'sse', backend: 'reference' });
    const before = loaded.predictSync(new Float32Array(36).fill(1)).data;
    // Another precision starts anew, which nobody can without the function: the model stays what it was.
    expect(() => loaded.compile({ loss: 'sse', precision: 'float64' })).toThrow(
      expect.objectContaining({
        code: 'E_STATE',
        message: expect.stringMatching(/^parameter conv2d_1\.weight: the first values came from a function, /),
      }),
    );
    expect(loaded.predictSync(new Float32Array(36).fill(1)).data).toEqual(before);
    // Saved and loaded once more, it is still itself.
    await loaded.save(path);
    expect(numbersOf(await loadModel(path))).toEqual(numbersOf(model));
  });

  it('are refused with the name of the parameter that they do not fit', () => {
    expect(() => network('zeros', 'orthogonal')).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        message: 'parameter conv2d_1.bias: orthogonal fills weights of two sizes or more, found 2',
        details: { shape: [2], parameter: 'conv2d_1.bias' },
      }),
    );
  });

  it('are those that sums over the fans promise: outputs keep the variance of inputs', () => {
    // Sums of 400 products with weights of variance 1 / 400.
    const model = sequential([dense({ units: 300, kernelInitializer: 'lecunNormal' })], { inputShape: [400] });
    model.compile({ loss: 'sse', backend: 'reference' });
    const { data } = model.predictSync(new Float32Array(400).fill(1));
    expect(Math.abs(meanSquare(data) - 1)).toBeLessThan(5 * Math.sqrt(2 / 300));
    model.dispose();
  });
});
