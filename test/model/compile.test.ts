import { toAugmentation } from '../../lib/data/augment';
import { Dataset } from '../../lib/data/dataset';
import { activation } from '../../lib/layers/activation';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { crossEntropy, logisticError, sumOfSquaredErrors } from '../../lib/losses/loss';
import { compileProgram } from '../../lib/model/compile';
import { chain } from '../../lib/model/graph';
import { printProgram } from '../../lib/model/print-program';
import type { Program, Purpose } from '../../lib/ops/program';
import { OP_NAMES } from '../../lib/ops/registry';
import { sgd } from '../../lib/optimizers/optimizer';
import type { Shape } from '../../lib/tensor/shape';
import { graphCases } from '../cases/graph';
import { layerCases } from '../cases/layers';
import { lossCases } from '../cases/loss';
import { optimizerCases } from '../cases/optimizer';
import { updateRulesCases } from '../cases/update-rules';
import { compilePlain, projectionOnTargets } from '../support/single-op';

const network = chain(
  [1, 6, 6],
  [
    conv2d({ filters: 2, kernelSize: [3, 2], activation: 'tanh' }),
    maxPool2d(),
    flatten(),
    dense({ units: 3, activation: 'softmax' }),
  ],
);

function compileNetwork(purpose: Purpose, inputGradient = false): Program {
  return compileProgram(network, {
    purpose,
    batchSize: 16,
    input: { source: { kind: 'uint8', shape: [1, 4, 6] }, padding: [1, 1, 0, 0], scale: 1 / 256 },
    targets: 'classes',
    loss: crossEntropy(),
    optimizer: sgd(),
    inputGradient,
  });
}

function opsOf(program: Program): string[] {
  return program.instructions.map(({ op }) => op);
}

const GATHER =
  '{channels=1 sourceHeight=4 sourceWidth=6 padTop=1 padBottom=1 padLeft=0 padRight=0 scale=0.00390625 bytes=1}';
const CONV =
  '{inChannels=1 inHeight=6 inWidth=6 outChannels=2 outHeight=4 outWidth=5 kernelHeight=3 kernelWidth=2 strideHeight=1 ' +
  'strideWidth=1 padTop=0 padBottom=0 padLeft=0 padRight=0 dilationHeight=1 dilationWidth=1 groups=1}';
const POOL =
  '{channels=2 inHeight=4 inWidth=5 outHeight=2 outWidth=2 kernelHeight=2 kernelWidth=2 strideHeight=2 strideWidth=2 ' +
  'padTop=0 padBottom=0 padLeft=0 padRight=0}';

it('prints the whole of a training program', () => {
  expect(printProgram(compileNetwork('train'))).toBe(`program train, batches of 16, 22 instructions
input:
  %4:1x6x6 = gather() ${GATHER}  ; input
forward:
  %5:2x4x5 = conv2d(%4:1x6x6, %0:2x1x3x2, %1:2) ${CONV}  ; conv2d_1
  %6:2x2x2, %8:2x2x2 = maxPool2d(%5:2x4x5) ${POOL}  ; maxPool2d_1
  %7:2x2x2 = tanh(%6:2x2x2) {elements=8}  ; conv2d_1
  %9:8 = reshape(%7:2x2x2) {elements=8}  ; flatten_1
  %10:3 = dense(%9:8, %2:3x8, %3:3) {inputs=8 outputs=3}  ; dense_1
loss:
  %13:scalar = softmaxCrossEntropy(%10:3, %12:scalar) {classes=3 labels=1 divisor=1}  ; loss
  %14:scalar = meanLoss(%13:scalar)  ; loss
  %15:scalar = countCorrect(%10:3, %12:scalar) {classes=3 labels=1}  ; loss
backward:
  %20:3 = softmaxCrossEntropyGrad(%10:3, %12:scalar) {classes=3 labels=1 divisor=1}  ; loss
  %21:8 = denseGradInput(%20:3, %2:3x8) {inputs=8 outputs=3}  ; dense_1
  %18:3x8 = denseGradWeight(%20:3, %9:8) {inputs=8 outputs=3}  ; dense_1
  %19:3 = biasGrad(%20:3) {channels=3 pixels=1}  ; dense_1
  %22:2x2x2 = reshape(%21:8) {elements=8}  ; flatten_1
  %23:2x2x2 = tanhGrad(%22:2x2x2, %7:2x2x2) {elements=8}  ; conv2d_1
  %24:2x4x5 = maxPool2dGrad(%23:2x2x2, %8:2x2x2) ${POOL}  ; maxPool2d_1
  %16:2x1x3x2 = conv2dGradWeight(%24:2x4x5, %4:1x6x6) ${CONV}  ; conv2d_1
  %17:2 = biasGrad(%24:2x4x5) {channels=2 pixels=20}  ; conv2d_1
update:
  sgd(%0:2x1x3x2, %16:2x1x3x2) {elements=12 l2=0 weightDecay=0 learningRateFactor=1}  ; conv2d_1
  sgd(%1:2, %17:2) {elements=2 l2=0 weightDecay=0 learningRateFactor=1}  ; conv2d_1
  sgd(%2:3x8, %18:3x8) {elements=24 l2=0 weightDecay=0 learningRateFactor=1}  ; dense_1
  sgd(%3:3, %19:3) {elements=3 l2=0 weightDecay=0 learningRateFactor=1}  ; dense_1`);
});

it('evaluates without a backward pass, and predicts without a loss', () => {
  const forward = ['gather', 'conv2d', 'maxPool2d', 'tanh', 'reshape', 'dense'];
  expect(opsOf(compileNetwork('evaluate'))).toEqual([...forward, 'softmaxCrossEntropy', 'meanLoss', 'countCorrect']);
  expect(opsOf(compileNetwork('predict'))).toEqual([...forward, 'softmax', 'scatter']);
});

it('computes the gradient of the input only where it is asked for', () => {
  expect(opsOf(compileNetwork('train'))).not.toContain('conv2dGradInput');
  const program = compileNetwork('train', true);
  expect(opsOf(program)).toContain('conv2dGradInput');
  const [result] = program.results;
  expect(program.tensors[result ?? -1]).toMatchObject({ name: 'grad input:gather', shape: [1, 6, 6] });
});

it('goes back no further than the first layer with parameters', () => {
  const graph = chain([4, 4, 4], [maxPool2d(), activation('tanh'), flatten(), dense({ units: 2 })]);
  const program = compilePlain(graph, {
    purpose: 'train',
    batchSize: 1,
    targets: 'values',
    loss: sumOfSquaredErrors(),
  });
  const backward = program.instructions.filter(({ phase }) => phase === 'backward').map(({ op }) => op);
  expect(backward).toEqual(['squaredErrorGrad', 'denseGradWeight', 'biasGrad']);
});

describe('a loss and the activation before it', () => {
  const lossOps = (program: Program): string[] =>
    program.instructions.filter(({ phase }) => phase === 'forward' || phase === 'loss').map(({ op }) => op);
  const compileTail = (shape: Shape, targets: 'classes' | 'values', outputResult: boolean): Program =>
    compilePlain(chain(shape, [activation('softmax')]), {
      purpose: 'evaluate',
      batchSize: 2,
      targets,
      loss: logisticError(),
      outputResult,
    });

  it('are fused, and the activation is left out', () => {
    expect(lossOps(compileTail([3], 'classes', false))).toEqual(['softmaxLogisticError', 'meanLoss', 'countCorrect']);
  });

  it('are fused, and the activation stays where its value is asked for', () => {
    const ops = ['softmax', 'scatter', 'softmaxLogisticError', 'meanLoss', 'countCorrect'];
    expect(lossOps(compileTail([3], 'classes', true))).toEqual(ops);
  });

  it('are not fused where the softmax runs at each pixel of a map', () => {
    const ops = ['softmax', 'logisticError', 'meanLoss', 'countCorrect'];
    expect(lossOps(compileTail([3, 2, 2], 'values', false))).toEqual(ops);
    expect(lossOps(compileTail([3, 1, 1], 'values', false))[0]).toBe('softmaxLogisticError');
  });
});

it('the case tables reach every op of the registry', () => {
  const reached = new Set<string>(opsOf(compileNetwork('predict')));
  const graphs = [
    ...layerCases.map(({ layer, inputShape }) => chain(inputShape, [layer])),
    ...graphCases.map(({ graph }) => graph),
  ];
  for (const graph of graphs) {
    const program = compilePlain(graph, {
      purpose: 'train',
      batchSize: 1,
      targets: 'values',
      loss: projectionOnTargets(1),
      inputGradient: true,
      optimizer: sgd(),
    });
    for (const op of opsOf(program)) reached.add(op);
  }
  for (const { loss, layers } of lossCases) {
    const weighted = loss.reduction === 'sum';
    const options = { purpose: 'train', batchSize: 1, targets: 'values', loss, weighted, inputGradient: true } as const;
    const outputs = loss.classWeights?.length ?? 3;
    for (const op of opsOf(compilePlain(chain([outputs], layers), options))) reached.add(op);
  }
  for (const { optimizer } of optimizerCases) {
    const options = { purpose: 'train', batchSize: 1, targets: 'values', loss: projectionOnTargets(1) } as const;
    for (const op of opsOf(compilePlain(chain([3], [dense({ units: 2 })]), { ...options, optimizer }))) reached.add(op);
  }
  for (const { rules, constraint } of updateRulesCases) {
    const options = { purpose: 'train', batchSize: 1, targets: 'values', loss: projectionOnTargets(1) } as const;
    const layer = dense({ units: 2, ...(constraint && { kernelConstraint: constraint }) });
    for (const op of opsOf(compilePlain(chain([3], [layer]), { ...options, ...rules }))) reached.add(op);
  }
  const augmentation = toAugmentation({ mixup: 1 }, Dataset.from({ samples: [1], shape: [1, 1, 1] }));
  const images = {
    purpose: 'train',
    batchSize: 1,
    targets: 'values',
    loss: projectionOnTargets(1),
    augmentation,
  } as const;
  for (const op of opsOf(compilePlain(chain([1, 1, 1], [flatten(), dense({ units: 1 })]), images))) reached.add(op);
  const observe = ['predictedClasses', 'targetRanks'] as const;
  const options = { purpose: 'evaluate', batchSize: 1, targets: 'classes', loss: crossEntropy(), observe } as const;
  for (const op of opsOf(compilePlain(chain([3], [dense({ units: 2 })]), options))) reached.add(op);
  expect([...reached].sort()).toEqual([...OP_NAMES].sort());
});

/** What does not fit, and what the error must say: the layer, what was fed to it, what it takes. */
const MISFITS = [
  {
    layers: [conv2d({ filters: 2, kernelSize: 3 })],
    input: [16],
    message: 'layer conv2d_1 (conv2d), fed 16: conv2d: expected an image of [channels, height, width], found 16',
  },
  {
    layers: [conv2d({ filters: 2, kernelSize: [5, 3], padding: 1, dilation: [1, 2], name: 'wide' })],
    input: [1, 2, 9],
    message:
      'layer wide (conv2d), fed 1x2x9: conv2d: expected an image with room for a window of 5x5 (padding 1), found 1x2x9',
  },
  {
    layers: [conv2d({ filters: 4, kernelSize: 1, groups: 2 })],
    input: [3, 4, 4],
    message: 'layer conv2d_1 (conv2d), fed 3x4x4: 2 groups divide neither or only one of 3 channels and 4 filters',
  },
  {
    layers: [conv2d({ filters: 3, kernelSize: 1 }), maxPool2d({ poolSize: 3 })],
    input: [1, 2, 5],
    message:
      'layer maxPool2d_1 (maxPool2d), fed 3x2x5: maxPool2d: expected an image with room for a window of 3x3 ' +
      '(padding "valid"), found 3x2x5',
  },
  {
    layers: [maxPool2d({ poolSize: 2, padding: 2 })],
    input: [1, 4, 4],
    message:
      'layer maxPool2d_1 (maxPool2d), fed 1x4x4: maxPool2d: expected less padding than the window of 2x2, so that none ' +
      'lies in padding alone, found 1x4x4',
  },
  {
    layers: [conv2d({ filters: 2, kernelSize: 3 }), dense({ units: 10 })],
    input: [1, 6, 5],
    message: 'layer dense_1 (dense), fed 2x4x3: expected a flat input [inputs], found 2x4x3; put flatten() before it',
  },
  {
    layers: [flatten()],
    input: [1, 0, 4],
    message: 'the input: every size must be a whole number of at least 1, found 1x0x4',
  },
];

it.each(MISFITS)('names what does not fit: $message', ({ layers, input, message }) => {
  let thrown: unknown;
  try {
    chain(input, layers);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ name: 'LaminetError', code: 'E_SHAPE', message });
});

it('names the loss that does not fit, and the layer that it is on', () => {
  const graph = chain([1, 4, 4], [conv2d({ filters: 2, kernelSize: 3 })]);
  const options = { purpose: 'train', batchSize: 1, targets: 'classes', loss: crossEntropy() } as const;
  expect(() => compilePlain(graph, options)).toThrow(
    expect.objectContaining({
      code: 'E_SHAPE',
      message:
        'loss crossEntropy, on the output of conv2d_1: crossEntropy: expected a flat output of one number a class, found 2x2x2',
    }),
  );
});

it('names samples that are not what the network takes', () => {
  const input = { source: { kind: 'uint8', shape: [1, 28, 28] }, padding: [1, 1, 1, 1], scale: 1 } as const;
  expect(() =>
    compileProgram(chain([1, 32, 32], [flatten()]), { purpose: 'predict', batchSize: 1, input, targets: 'none' }),
  ).toThrow(
    expect.objectContaining({
      code: 'E_SHAPE',
      message: 'gather: expected samples of 1x32x32 after padding, found 1x30x30',
    }),
  );
});
