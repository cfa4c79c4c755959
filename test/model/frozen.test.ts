import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BackendName } from '../../lib/backends/backend';
import { encodeSafetensors } from '../../lib/formats/safetensors';
import { batchNorm } from '../../lib/layers/batch-norm';
import { type Conv2dOptions, conv2d } from '../../lib/layers/conv2d';
import { conv2dTranspose } from '../../lib/layers/conv2d-transpose';
import { type DenseOptions, dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import type { Layer } from '../../lib/layers/layer';
import { describeGraph } from '../../lib/model/description';
import { loadModel } from '../../lib/model/load-model';
import type { Model } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';
import { adam } from '../../lib/optimizers/adam';
import { layerCases } from '../cases/layers';
import { quarters } from '../support/toy';

const data = quarters(64, 1);

function network(options: Partial<Conv2dOptions> = {}, denseOptions: Partial<DenseOptions> = {}): Model {
  const layers = [
    conv2d({ filters: 3, kernelSize: 3, activation: 'tanh', ...options }),
    batchNorm(),
    conv2d({ filters: 2, kernelSize: 3, activation: 'tanh' }),
    flatten(),
    dense({ units: 4, activation: 'softmax', ...denseOptions }),
  ];
  return sequential(layers, { inputShape: [1, 8, 8], seed: 2, name: 'toy' });
}

function numbersOf(model: Model): Record<string, number[]> {
  return Object.fromEntries(model.graph.parameters.map(({ name }) => [name, [...model.parameter(name)]]));
}

/** The names of the parameters that a `fit` changes. */
async function changedBy(model: Model): Promise<string[]> {
  const before = numbersOf(model);
  await model.fit(data, { batchSize: 16 });
  const after = numbersOf(model);
  return Object.keys(before).filter((name) => !before[name]?.every((value, index) => value === after[name]?.[index]));
}

const BATCH_NORM = ['weight', 'bias', 'runningMean', 'runningVariance'].map((name) => `batchNorm_1.${name}`);
const SECOND = ['conv2d_2.weight', 'conv2d_2.bias'];
const DENSE = ['dense_1.weight', 'dense_1.bias'];

describe.each<BackendName>(['native', 'reference'])('frozen layers on the %s backend', (backend) => {
  it('keep their parameters and statistics, and are trained again when they are unfrozen', async () => {
    using model = network().compile({ loss: 'crossEntropy', optimizer: adam(), backend });
    model.freeze('conv2d_1', 'batchNorm_1');
    expect(model.frozen).toEqual(['conv2d_1', 'batchNorm_1']);
    expect(await changedBy(model)).toEqual([...SECOND, ...DENSE]);
    model.unfreeze('batch*');
    expect(await changedBy(model)).toEqual([...BATCH_NORM, ...SECOND, ...DENSE]);
    model.freeze('*').unfreeze('dense_1');
    expect(await changedBy(model)).toEqual(DENSE);
  });

  it('are those made with trainable: false', async () => {
    using model = network({ trainable: false }).compile({ loss: 'crossEntropy', backend });
    expect(model.frozen).toEqual(['conv2d_1']);
    expect(await changedBy(model)).toEqual([...BATCH_NORM, ...SECOND, ...DENSE]);
  });

  it('predict in training as they do otherwise: batch normalization by its running statistics', async () => {
    using model = network({}, { trainable: false }).compile({ loss: 'crossEntropy', backend }).freeze('batchNorm_1');
    const { loss } = await model.evaluate(data);
    const history = await model.fit(data, { batchSize: data.count, shuffle: false });
    expect(history.epochs[0]?.loss).toBe(loss);
  });

  it('cannot be all', async () => {
    using model = network().compile({ loss: 'crossEntropy', backend }).freeze('*');
    await expect(model.fit(data)).rejects.toThrow(
      expect.objectContaining({
        code: 'E_STATE',
        message: 'toy has nothing to train: all layers that have parameters are frozen',
      }),
    );
  });
});

describe('freezing', () => {
  it('leaves the gradients in front of the first trained layer out of the program', () => {
    const model = network().compile({ loss: 'crossEntropy', backend: 'reference' });
    const backward = (): string[] =>
      model
        .program('train')
        .instructions.filter(({ phase }) => phase === 'backward' || phase === 'update')
        .map(({ op, layer }) => `${op} ${layer}`);
    model.freeze('conv2d_*', 'batchNorm_1');
    expect(backward()).toEqual([
      'softmaxCrossEntropyGrad loss',
      'denseGradWeight dense_1',
      'biasGrad dense_1',
      'sgd dense_1',
      'sgd dense_1',
    ]);
    model.unfreeze('conv2d_1').freeze('dense_1');
    expect(backward()).toEqual(
      expect.arrayContaining(['denseGradInput dense_1', 'conv2dGradInput conv2d_2', 'sgd conv2d_1']),
    );
    expect(backward()).not.toEqual(expect.arrayContaining(['denseGradWeight dense_1']));
    model.dispose();
  });

  it('is told of in the summary', () => {
    const model = network().freeze('conv2d_1');
    expect(model.summary()).toMatch(/\n36 of the parameters are not trained$/);
    expect(model.unfreeze('conv2d_1').summary()).toMatch(/\n6 of the parameters are not trained$/);
  });

  it('is refused for names that no trained layer has', () => {
    const model = network();
    expect(() => model.freeze('flatten_1')).toThrow(
      expect.objectContaining({
        code: 'E_UNKNOWN',
        message:
          'no layer with trained parameters is called "flatten_1"; there are conv2d_1, batchNorm_1, conv2d_2, dense_1',
      }),
    );
    expect(() => model.freeze('conv2d_1', 'conv2d.1')).toThrow(expect.objectContaining({ code: 'E_UNKNOWN' }));
    expect(model.frozen).toEqual([]);
    expect(() => model.unfreeze()).toThrow(expect.objectContaining({ code: 'E_OPTION' }));
  });

  it('is an option of every layer that has trained parameters', () => {
    for (const make of [conv2d, conv2dTranspose]) {
      expect(make({ filters: 1, kernelSize: 1, trainable: false }).trainable).toBe(false);
      expect(make({ filters: 1, kernelSize: 1 }).trainable).toBe(true);
    }
    expect([dense({ units: 1, trainable: false }), batchNorm({ trainable: false })].map((l) => l.trainable)).toEqual([
      false,
      false,
    ]);
    const silent = layerCases.filter(({ layer, inputShape }) => {
      const { parameters } = layer.build(inputShape);
      return (layer as Layer).trainable === undefined && parameters.some(({ trainable = true }) => trainable);
    });
    expect(silent.map(({ name }) => name)).toEqual([]);
    expect(() => dense({ units: 1, trainable: 0 as unknown as boolean })).toThrow(
      expect.objectContaining({ code: 'E_OPTION', message: 'trainable must be true or false, found 0' }),
    );
  });
});

describe('files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'laminet-frozen-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('keep which layers are frozen', async () => {
    const file = path.join(folder, 'model.safetensors');
    await network({ trainable: false }).freeze('dense_1').save(file);
    expect((await loadModel(file)).frozen).toEqual(['conv2d_1', 'dense_1']);
    await network({ trainable: false }).unfreeze('conv2d_1').save(file);
    expect((await loadModel(file)).frozen).toEqual([]);
  });

  it('that name other layers are refused', async () => {
    const file = path.join(folder, 'wrong.safetensors');
    const { graph, name } = network();
    const description = describeGraph(name, graph, new Set(['conv2d_9']));
    writeFileSync(file, encodeSafetensors(new Map(), { format: 'laminet', network: description }));
    await expect(loadModel(file)).rejects.toThrow(
      expect.objectContaining({
        code: 'E_FORMAT',
        message: `${file}: the network's frozen layers must be names of its layers, found ["conv2d_9"]`,
      }),
    );
  });
});

describe('the kinds of parameters', () => {
  it('are weights, biases, and what a normalization has', () => {
    const kinds = network().graph.parameters.map(({ name, spec }) => `${name} ${spec.kind}`);
    expect(kinds).toEqual([
      'conv2d_1.weight weight',
      'conv2d_1.bias bias',
      'batchNorm_1.weight norm',
      'batchNorm_1.bias norm',
      'batchNorm_1.runningMean norm',
      'batchNorm_1.runningVariance norm',
      'conv2d_2.weight weight',
      'conv2d_2.bias bias',
      'dense_1.weight weight',
      'dense_1.bias bias',
    ]);
  });
});
