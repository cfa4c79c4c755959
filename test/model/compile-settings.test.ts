import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileWhole } from '../../lib/files/read-whole';
import { decodeSafetensors, encodeSafetensors } from '../../lib/formats/safetensors';
import { crossEntropy, huber } from '../../lib/losses/loss';
import { auc, f1, topK } from '../../lib/metrics/metrics';
import { loadModel } from '../../lib/model/load-model';
import type { Model, ModelOptions } from '../../lib/model/model';
import { adamw, nadam } from '../../lib/optimizers/adam';
import { rmsprop } from '../../lib/optimizers/adaptive';
import { lion } from '../../lib/optimizers/lion';
import { muon } from '../../lib/optimizers/muon';
import { sgd } from '../../lib/optimizers/optimizer';
import { l2 } from '../../lib/regularizers/regularizer';
import { cosineDecay, cosineRestarts } from '../../lib/schedules/cosine';
import { exponentialDecay, inverseTimeDecay, polynomialDecay } from '../../lib/schedules/decay';
import { linearWarmup } from '../../lib/schedules/linear-warmup';
import { oneCycle } from '../../lib/schedules/one-cycle';
import { constantRate, multiStepDecay, piecewiseConstant, stepDecay } from '../../lib/schedules/piecewise';
import { reduceOnPlateau } from '../../lib/schedules/reduce-on-plateau';
import type { Schedule } from '../../lib/schedules/schedule';
import { sumOfParameters } from '../support/all-bits';
import { toyData, toyNetwork, toyValidation } from '../support/trained-toy';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-compiled-'));
  path = join(folder, 'model.safetensors');
});
afterEach(() => rm(folder, { recursive: true }));

const training = { epochs: 2, batchSize: 25, seed: 1, validationData: toyValidation };

/** What training a model from here on comes to. */
async function trained(model: Model): Promise<unknown> {
  const { epochs } = await model.fit(toyData, training);
  const values = epochs.map(({ seconds: _, samplesPerSecond: __, ...record }) => record);
  return { parameters: sumOfParameters(model), values };
}

/** Two epochs of 9 steps. */
const SCHEDULES: readonly Schedule[] = [
  constantRate(0.01),
  cosineDecay({ learningRate: 0.1, duration: 2, minimum: 0.01 }),
  cosineRestarts({ learningRate: 0.1, duration: 5, unit: 'step' }),
  exponentialDecay({ learningRate: 0.1, factor: 0.5 }),
  inverseTimeDecay({ learningRate: 0.1, decay: 0.3 }),
  polynomialDecay({ learningRate: 0.1, duration: 2, power: 2 }),
  oneCycle({ learningRate: 0.1, duration: 2 }),
  stepDecay({ learningRate: 0.1, every: 1 }),
  multiStepDecay({ learningRate: 0.1, milestones: [3, 8], unit: 'step' }),
  piecewiseConstant({ boundaries: [1], learningRates: [0.1, 0.01] }),
  reduceOnPlateau({ learningRate: 0.1, patience: 0, threshold: 0.5 }),
  linearWarmup({ duration: 1, learningRate: linearWarmup({ duration: 1, learningRate: 0.1 }) }),
];

const CASES: readonly [string, ModelOptions][] = [
  ['names alone', { loss: 'crossEntropy', optimizer: 'adam', metrics: ['confusionMatrix', 'accuracy'] }],
  ['nothing but a loss', { loss: 'sse' }],
  [
    'everything',
    {
      loss: crossEntropy({ labelSmoothing: 0.1 }),
      lossWeights: [2],
      metrics: [topK({ k: 2 }), f1({ average: 'none' }), auc(), 'lossParts'],
      optimizer: adamw({
        learningRate: 0.01,
        groups: [{ match: 'dense_*', learningRateFactor: 3 }],
        decayedKinds: ['bias'],
      }),
      regularizer: l2(0.01),
      regularizedKinds: ['weight', 'bias'],
      clipping: { globalNorm: 0.1 },
      averaging: { decay: 0.5 },
    },
  ],
  ['a loss as JSON', { loss: [{ name: 'huber', delta: 0.2 }], optimizer: sgd({ momentum: 0.9, nesterov: true }) }],
  [
    'muon',
    { loss: huber({ delta: 0.3 }), optimizer: muon({ learningRate: 0.01, except: 'dense_1', adamw: { beta1: 0.8 } }) },
  ],
  ['nadam', { loss: 'crossEntropy', optimizer: nadam() }],
  ['rmsprop', { loss: 'crossEntropy', optimizer: rmsprop({ learningRate: 0.001 }) }],
  ['lion', { loss: 'crossEntropy', optimizer: lion({ beta1: 0.8 }) }],
  ['float64', { loss: 'crossEntropy', precision: 'float64', backend: 'reference' }],
  ...SCHEDULES.map((learningRate): [string, ModelOptions] => [
    learningRate.name,
    { loss: 'crossEntropy', optimizer: sgd({ learningRate }) },
  ]),
];

it.each(CASES)('a model file keeps how the model was compiled: %s', async (_, options) => {
  using model = toyNetwork().compile(options);
  await model.save(path);
  const { backend } = options;
  using loaded = await loadModel(path, { threads: 1, ...(backend && { backend }) });
  expect(sumOfParameters(loaded)).toBe(sumOfParameters(model));
  expect(await trained(loaded)).toEqual(await trained(model));
});

it.each<[string, ModelOptions]>([
  ['schedule', { loss: 'sse', optimizer: sgd({ learningRate: { name: 'mine', rate: () => 0.1 } }) }],
  [
    'schedule within a warmup',
    {
      loss: 'sse',
      optimizer: sgd({ learningRate: linearWarmup({ duration: 1, learningRate: { name: 'mine', rate: () => 0.1 } }) }),
    },
  ],
  ['metric', { loss: 'sse', metrics: [{ name: 'mine', compute: () => ({ mine: 1 }) }] }],
])('a file of a model with a %s of the user must be compiled again', async (_, options) => {
  using model = toyNetwork().compile(options);
  await model.save(path);
  using loaded = await loadModel(path);
  await expect(loaded.fit(toyData)).rejects.toMatchObject({ code: 'E_STATE', message: /must be compiled first/ });
});

it('a model that was not compiled is not, and one need not be', async () => {
  using model = toyNetwork();
  await model.save(path);
  await expect((await loadModel(path)).fit(toyData)).rejects.toMatchObject({ code: 'E_STATE' });
  await model.compile({ loss: 'crossEntropy' }).save(path);
  await expect((await loadModel(path, { compile: false })).fit(toyData)).rejects.toMatchObject({ code: 'E_STATE' });
});

it.each<[string, string]>([
  ['{', 'E_FORMAT'],
  ['null', 'E_FORMAT'],
  ['{"loss":"sse"}', 'E_FORMAT'],
  ['{"loss":"sse","optimizer":{"name":"sgd"},"metrics":7}', 'E_FORMAT'],
  ['{"loss":"sse","optimizer":{"name":"constructor"}}', 'E_UNKNOWN'],
  ['{"loss":"__proto__","optimizer":{"name":"sgd"}}', 'E_UNKNOWN'],
  ['{"loss":"sse","optimizer":{"name":"sgd","learningRate":{"name":"toString"}}}', 'E_UNKNOWN'],
  ['{"loss":"sse","optimizer":{"name":"sgd","learningRate":-1}}', 'E_OPTION'],
])('settings that are none are refused: %s', async (compile, code) => {
  using model = toyNetwork();
  await model.save(path);
  const { tensors, metadata } = decodeSafetensors(await readFileWhole(path, 1e6), path);
  await writeFile(path, encodeSafetensors(tensors, { ...metadata, compile }));
  await expect(loadModel(path)).rejects.toMatchObject({ code });
});
