import fc from 'fast-check';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import type { Layer } from '../../lib/layers/layer';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { crossEntropy } from '../../lib/losses/loss';
import { chain, type Graph } from '../../lib/model/graph';
import { sgd } from '../../lib/optimizers/optimizer';
import { type Shape, sizeOf } from '../../lib/tensor/shape';
import type { FloatArray } from '../../lib/tensor/storage';
import { graphCases } from '../cases/graph';
import { layerCases } from '../cases/layers';
import { drawLoss, lossCasesWithTargets } from '../cases/loss';
import { float32Targets, oracle, type TestTarget } from '../support/backends';
import { expectLayerParity } from '../support/layer-parity';
import { normals, randomLabels } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain, placeParameters, runGraph, runLoss } from '../support/single-op';
import { expectClose, float32Quotient, float32Reduction, float32Training } from '../support/tolerance';

/** Runs a network on random numbers on a target and on the oracle, and compares all that it gives. */
function expectGraphParity(target: TestTarget, graph: Graph, batch: number): void {
  const run = {
    graph,
    x: normals(batch * sizeOf(graph.inputShape), 1),
    gy: normals(batch * sizeOf(graph.outputShape), 2),
    parameters: (_: string, index: number) => {
      const { size = 0, spec } = graph.parameters[index] ?? {};
      return normals(size, 3 + index).map((value) => Math.fround(value / Math.sqrt(spec?.fanIn ?? 1)));
    },
  };
  const expected = runGraph(oracle, run);
  const actual = runGraph(target, run);
  const tolerance = float32Reduction(expected.reduction * graph.nodes.length);
  expectClose('y', actual.y, expected.y, tolerance);
  expectClose('gx', actual.gx, expected.gx, tolerance);
  for (const [name, gradient] of Object.entries(expected.gradients)) {
    expectClose(name, actual.gradients[name] ?? [], gradient, tolerance);
  }
}

const sizes = (max: number) => fc.integer({ min: 1, max });
const kernels = fc.tuple(sizes(4), sizes(4));
const images = fc.tuple(sizes(9), sizes(9));
const strides = fc.tuple(sizes(3), sizes(3));

const randomConv2d = fc
  .record({
    batch: sizes(33),
    groups: sizes(3),
    channelsPerGroup: sizes(6),
    filtersPerGroup: sizes(6),
    image: images,
    kernelSize: kernels,
    strides,
    dilation: fc.tuple(sizes(2), sizes(2)),
    padding: fc.oneof(
      fc.constant('same' as const),
      fc.constant('valid' as const),
      fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
    ),
    useBias: fc.boolean(),
    activation: fc.constantFrom('linear' as const, 'tanh' as const, 'sigmoid' as const),
  })
  .map(({ batch, groups, channelsPerGroup, filtersPerGroup, image, ...options }) => ({
    batch,
    inputShape: [groups * channelsPerGroup, ...image],
    options: { ...options, groups, filters: groups * filtersPerGroup },
  }));

const randomMaxPool2d = fc
  .record({
    batch: sizes(33),
    channels: sizes(17),
    image: images,
    poolSize: kernels,
    strides,
    padding: fc.oneof(fc.constant('same' as const), fc.constant('valid' as const), fc.nat(2)),
  })
  .map(({ batch, channels, image, ...options }) => ({ batch, inputShape: [channels, ...image], options }));

const randomDense = fc
  .record({ batch: sizes(70), inputs: sizes(70), units: sizes(70), useBias: fc.boolean() })
  .map(({ batch, inputs, ...options }) => ({ batch, inputShape: [inputs], options }));

/** Whether a layer fits its input; random geometries that do not are drawn again. */
function fits(layer: Layer, inputShape: Shape): boolean {
  try {
    layer.build(inputShape);
    return true;
  } catch {
    return false;
  }
}

describe.each(float32Targets)('$name and the oracle', (target) => {
  it.each(layerCases)('agree on $name', (layerCase) => {
    expectLayerParity([target], layerCase);
  });

  it.each(graphCases)('agree on $name', ({ graph, batch }) => {
    expectGraphParity(target, graph, batch);
  });

  it.each([
    { inputShape: [16, 8, 8], filters: 16, padding: 1, pools: true },
    { inputShape: [33, 6, 9], filters: 18, padding: 1, pools: false },
    { inputShape: [16, 11, 4], filters: 25, padding: [2, 1, 1, 0] as const, pools: false },
  ])('agree on a convolution by Winograd: $inputShape, $filters filters', ({ inputShape, pools, ...options }) => {
    const layers = [conv2d({ ...options, kernelSize: 3 }), ...(pools ? [maxPool2d()] : [])];
    const graph = chain(inputShape, layers);
    for (const batch of [9, 33]) expectGraphParity(target, graph, batch);
  });

  it('agree on random convolutions', () => {
    fc.assert(
      fc.property(randomConv2d, ({ batch, inputShape, options }) => {
        const layer = conv2d(options);
        fc.pre(fits(layer, inputShape));
        expectLayerParity([target], { layer, inputShape, batch });
      }),
      { numRuns: 60 },
    );
  });

  it('agree on random poolings', () => {
    fc.assert(
      fc.property(randomMaxPool2d, ({ batch, inputShape, options }) => {
        const layer = maxPool2d(options);
        fc.pre(fits(layer, inputShape));
        expectLayerParity([target], { layer, inputShape, batch });
      }),
      { numRuns: 60 },
    );
  });

  it('agree on random dense layers', () => {
    fc.assert(
      fc.property(randomDense, ({ batch, inputShape, options }) => {
        expectLayerParity([target], { layer: dense(options), inputShape, batch });
      }),
      { numRuns: 60 },
    );
  });

  it.each(lossCasesWithTargets)('agree on $name, targets as $kind, for every batch from 1 to 33', (lossCase) => {
    for (let batch = 1; batch <= 33; batch++) {
      const { sampleWeights, ...samples } = drawLoss(lossCase, batch, 10, batch);
      const run = { ...lossCase, ...samples, ...(batch % 2 === 0 ? { sampleWeights } : {}) };
      const expected = runLoss(oracle, run);
      const actual = runLoss(target, run);
      const tolerance =
        lossCase.samples === 'probabilities' ? float32Quotient(0.05) : float32Reduction(samples.outputs * batch);
      expectClose(`loss of ${batch}`, [actual.loss], [expected.loss], tolerance);
      expectClose(`gradient of ${batch}`, actual.gx, expected.gx, tolerance);
      expect({ batch, correct: actual.correct }).toEqual({ batch, correct: expected.correct });
    }
  });

  describe('train a small network alike', () => {
    const graph = chain(
      [2, 6, 6],
      [
        conv2d({ filters: 5, kernelSize: 3, activation: 'tanh' }),
        maxPool2d(),
        flatten(),
        dense({ units: 7, activation: 'relu' }),
        dense({ units: 4, activation: 'softmax' }),
      ],
    );

    function train({ backend, precision, threads }: TestTarget, batchSize: number, count: number) {
      const program = compilePlain(graph, {
        purpose: 'train',
        batchSize,
        targets: 'classes',
        loss: crossEntropy(),
        optimizer: sgd(),
      });
      const parameters = placeParameters(graph, precision, (_, index) => {
        const { size = 0, spec } = graph.parameters[index] ?? {};
        return normals(size, index).map((value) => Math.fround(value / Math.sqrt(spec?.fanIn ?? 1)));
      });
      const request = makeRequest(program, precision, {
        samples: normals(count * 72, 7),
        targets: randomLabels(count, 4, 8),
        parameters,
        learningRate: 0.05,
      });
      const plan = backend.plan(program, { precision, threads });
      const outcome = plan.runSync(request);
      plan.dispose();
      return { outcome, losses: request.losses, correct: request.correct, parameters: parameters as FloatArray };
    }

    it.each(Array.from({ length: 33 }, (_, index) => index + 1))(
      'with %i samples in steps of 16, and at once',
      (count) => {
        for (const batchSize of [16, count]) {
          const expected = train(oracle, batchSize, count);
          const actual = train(target, batchSize, count);
          const steps = Math.ceil(count / batchSize);
          const tolerance = float32Training(steps, count * 16);
          expect(actual.outcome).toEqual({ status: 'done', steps });
          expectClose('losses', actual.losses, expected.losses, tolerance);
          expectClose('parameters', actual.parameters, expected.parameters, tolerance);
          expect(actual.correct).toEqual(expected.correct);
        }
      },
    );
  });
});
