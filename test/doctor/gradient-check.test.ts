import { checkGradients, type GradientReport } from '../../lib/doctor/gradient-check';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import type { Layer } from '../../lib/layers/layer';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { chain, type Graph } from '../../lib/model/graph';
import { dense as denseOp } from '../../lib/ops/dense';
import { sigmoid as sigmoidOp } from '../../lib/ops/elementwise';
import type { NoAttributes, Op } from '../../lib/ops/op';
import type { Geometry } from '../../lib/ops/program';
import { reshape } from '../../lib/ops/reshape';
import { sizeOf } from '../../lib/tensor/shape';
import { graphCases } from '../cases/graph';
import { layerCases } from '../cases/layers';

type ReshapeGradient = (typeof reshape)['gradient'];

/** A layer like flatten, with another gradient rule, or with none. */
function linearizeWith(gradient: ReshapeGradient): Layer {
  const op: typeof reshape = { name: reshape.name, infer: reshape.infer, ...(gradient && { gradient }) };
  return {
    ...flatten(),
    kind: 'linearize',
    build(inputShape) {
      const shape = [sizeOf(inputShape)];
      return {
        outputShape: shape,
        parameters: [],
        flops: 0,
        emit: (emitter, input) => emitter.emit(op, [input], { shape }),
      };
    },
  };
}

/** The bug of the post: the backward step hands back the layer's own output instead of the error that came in. */
const returnsItsOutput = linearizeWith((context) => {
  context.give(0, 'reshape', [context.outputs[0]], context.geometry);
});

/** A sigmoid that is differentiated as if it were a tanh. */
const wrongDerivative: Layer = {
  kind: 'sigmoid',
  name: undefined,
  config: {},
  build: (inputShape) => ({
    outputShape: inputShape,
    parameters: [],
    flops: 0,
    emit: (emitter, input) => {
      const op: Op<NoAttributes, Geometry> = {
        name: 'sigmoid',
        infer: (inputs, attributes) => sigmoidOp.infer(inputs, attributes),
        gradient: (context) => context.give(0, 'tanhGrad', [context.gradOutput, context.outputs[0]], context.geometry),
      };
      return emitter.emit(op, [input], {});
    },
  }),
};

/** A dense layer that trains everything but its bias. */
function forgetsBias(units: number): Layer {
  const op: typeof denseOp = {
    ...denseOp,
    gradient: (context) => denseOp.gradient?.({ ...context, needs: (index) => index !== 2 && context.needs(index) }),
  };
  const layer = dense({ units });
  return {
    ...layer,
    build: (inputShape) => ({
      ...layer.build(inputShape),
      emit: (emitter, input, values) => emitter.emit(op, [input, ...values], {}),
    }),
  };
}

function networkWith(linearize: Layer): Graph {
  return chain(
    [1, 8, 8],
    [conv2d({ filters: 2, kernelSize: 3, activation: 'tanh' }), maxPool2d(), linearize, dense({ units: 3 })],
  );
}

function verdicts(tensors: GradientReport['network']): Record<string, string> {
  return Object.fromEntries(tensors.map(({ tensor, verdict }) => [tensor, verdict]));
}

describe('a right network', () => {
  it('is found right: every tensor of every layer and of the whole', async () => {
    const report = await checkGradients(networkWith(flatten()));
    expect({ ok: report.ok, guilty: report.guilty }).toEqual({ ok: true, guilty: [] });
    expect(report.layers.map(({ layer, tensors }) => [layer, verdicts(tensors)])).toEqual([
      ['conv2d_1', { input: 'right', 'conv2d_1.weight': 'right', 'conv2d_1.bias': 'right' }],
      ['maxPool2d_1', { input: 'right' }],
      ['flatten_1', { input: 'right' }],
      ['dense_1', { input: 'right', 'dense_1.weight': 'right', 'dense_1.bias': 'right' }],
    ]);
    expect(verdicts(report.network)).toEqual({
      input: 'right',
      'conv2d_1.weight': 'right',
      'conv2d_1.bias': 'right',
      'dense_1.weight': 'right',
      'dense_1.bias': 'right',
    });
  });

  it('is measured at no more elements than asked for', async () => {
    const report = await checkGradients(networkWith(flatten()), { elements: 5 });
    expect(report.network.map(({ checked, skipped }) => checked + skipped)).toEqual([5, 5, 2, 5, 3]);
  });

  it('is checked in the same way by the same seed only', async () => {
    const first = await checkGradients(networkWith(flatten()), { seed: 3, elements: 4 });
    expect(await checkGradients(networkWith(flatten()), { seed: 3, elements: 4 })).toEqual(first);
    expect(await checkGradients(networkWith(flatten()), { seed: 4, elements: 4 })).not.toEqual(first);
  });
});

describe('a wrong gradient is found, and the layer named:', () => {
  it('linearize that returns its own output, the bug of the post', async () => {
    const report = await checkGradients(networkWith(returnsItsOutput));
    expect({ ok: report.ok, guilty: report.guilty }).toEqual({ ok: false, guilty: ['linearize_1'] });
    // What comes after it is right all the same, and so is every other layer by itself: that is what hid the bug.
    expect(verdicts(report.network)).toEqual({
      input: 'wrong',
      'conv2d_1.weight': 'wrong',
      'conv2d_1.bias': 'wrong',
      'dense_1.weight': 'right',
      'dense_1.bias': 'right',
    });
  });

  it('linearize that hands back nothing: the gradient is zero where the outputs change', async () => {
    const report = await checkGradients(networkWith(linearizeWith(undefined)));
    expect(report.guilty).toEqual(['linearize_1']);
    const [input] = report.layers[2]?.tensors ?? [];
    expect(input).toMatchObject({ verdict: 'wrong', worst: { analytic: 0 } });
    expect(input?.largestError).toBeCloseTo(1, 6);
  });

  it('a derivative of another function', async () => {
    const report = await checkGradients(chain([4], [dense({ units: 5 }), wrongDerivative, dense({ units: 2 })]));
    expect(report.guilty).toEqual(['sigmoid_1']);
  });

  it('a bias that is never trained', async () => {
    const report = await checkGradients(chain([4], [dense({ units: 5, name: 'first' }), forgetsBias(3)]));
    expect(report.guilty).toEqual(['dense_2']);
    expect(verdicts(report.network)).toMatchObject({ 'dense_2.weight': 'right', 'dense_2.bias': 'wrong' });
  });
});

it('a tensor that the outputs do not depend on is constant, which is right', async () => {
  const report = await checkGradients(chain([3], [dense({ units: 1, activation: 'softmax' })]));
  expect(report.ok).toBe(true);
  expect(verdicts(report.network)).toEqual({
    input: 'constant',
    'dense_1.weight': 'constant',
    'dense_1.bias': 'constant',
  });
});

it('is stopped by its signal', async () => {
  const controller = new AbortController();
  controller.abort();
  const stopped = checkGradients(networkWith(flatten()), { signal: controller.signal });
  await expect(stopped).rejects.toMatchObject({ code: 'E_ABORTED' });
});

it.each([0, -1, 1.5, Number.NaN])('refuses %p samples and %p elements', async (value) => {
  const graph = networkWith(flatten());
  await expect(checkGradients(graph, { samples: value })).rejects.toMatchObject({ code: 'E_OPTION' });
  await expect(checkGradients(graph, { elements: value })).rejects.toMatchObject({ code: 'E_OPTION' });
});

describe('every layer’s gradients are right', () => {
  it.each(layerCases)('$name', async ({ layer, inputShape, batch }) => {
    const report = await checkGradients(chain(inputShape, [layer]), { samples: batch, elements: 12 });
    expect(report.network.map(({ tensor, verdict }) => [tensor, verdict])).toEqual(
      report.network.map(({ tensor, verdict }) => [tensor, verdict === 'constant' ? 'constant' : 'right']),
    );
    expect(report.guilty).toEqual([]);
  });

  it.each(graphCases)('$name', async ({ graph, batch }) => {
    const report = await checkGradients(graph, { samples: batch, elements: 12 });
    expect(report.network.filter(({ verdict }) => verdict !== 'right')).toEqual([]);
    expect(report.guilty).toEqual([]);
  });

  it('and only functions of a single class or channel are constant', async () => {
    const constant = [];
    for (const { name, layer, inputShape } of layerCases.filter(({ name }) => name.startsWith('activation'))) {
      const report = await checkGradients(chain(inputShape, [layer]), { elements: 3 });
      if (report.network.some(({ verdict }) => verdict === 'constant')) constant.push(name);
    }
    expect(constant).toEqual([
      'activation: softmax of 1',
      'activation: softmax of 1x5x7',
      'activation: logSoftmax of 1',
      'activation: logSoftmax of 1x5x7',
    ]);
  });
});
