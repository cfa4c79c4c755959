import { activation } from '../../lib/layers/activation';
import { relu, sigmoid, tanh } from '../../lib/layers/activation-functions';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { add, concat, multiply } from '../../lib/layers/join';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import type { InputNode, NetworkNode } from '../../lib/layers/node';
import { connect, type Graph } from '../../lib/model/graph';
import { resnet } from '../../lib/networks/resnet';
import type { Shape } from '../../lib/tensor/shape';
import { AWKWARD_BATCHES } from './layer-case';

/** A network that is no chain, and the samples to run it on. */
export interface GraphCase {
  readonly name: string;
  readonly batch: number;
  readonly graph: Graph;
}

function oneInput(name: string, shape: Shape, output: (x: NetworkNode) => NetworkNode, batch = 3): GraphCase {
  const x = input(shape);
  return { name, batch, graph: connect([x], [output(x)]) };
}

function inputs(name: string, shapes: readonly Shape[], output: (nodes: InputNode[]) => NetworkNode): GraphCase {
  const nodes = shapes.map((shape) => input(shape));
  return { name, batch: 3, graph: connect(nodes, [output(nodes)]) };
}

/** A block with a way around it. */
function residual(x: NetworkNode, filters: number, padding: 'same' | 'valid' = 'same'): NetworkNode {
  const inner = x.pipe(
    conv2d({ filters, kernelSize: 3, padding, activation: 'tanh' }),
    conv2d({ filters, kernelSize: 3, padding: 'same' }),
  );
  return add([x, inner]).pipe(tanh());
}

/** Networks of several outputs, some of which other layers use. */
function severalOutputs(): readonly GraphCase[] {
  const x = input([2, 5, 4]);
  const hidden = x.pipe(conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }));
  const rows = hidden.pipe(flatten());
  const few = rows.pipe(dense({ units: 2, activation: 'softmax' }));
  const gate = input([2]);
  return [
    { name: 'two outputs', batch: 17, graph: connect([x], [few, rows.pipe(dense({ units: 3 }))]) },
    { name: 'outputs that are on the way to others', batch: 3, graph: connect([x], [few, hidden, rows]) },
    { name: 'two inputs, two outputs', batch: 3, graph: connect([gate, x], [multiply([gate, few]), hidden]) },
  ];
}

/** Joints of two inputs, by what is awkward about them. */
const joints: readonly GraphCase[] = [
  ...[add, multiply].flatMap((join) => [
    inputs(
      `${join.name} of images`,
      [
        [3, 4, 5],
        [3, 4, 5],
      ],
      (nodes) => join(nodes),
    ),
    inputs(`${join.name} of rows`, [[17], [17]], (nodes) => join(nodes)),
    inputs(`${join.name} of three`, [[5], [5], [5]], (nodes) => join(nodes)),
    oneInput(`${join.name} of a node and itself`, [7], (x) => join([x, x])),
  ]),
  inputs(
    'concat of images',
    [
      [3, 4, 5],
      [2, 4, 5],
    ],
    (nodes) => concat(nodes),
  ),
  inputs('concat of rows', [[1], [17]], (nodes) => concat(nodes)),
  inputs(
    'concat of four',
    [
      [1, 2, 3],
      [2, 2, 3],
      [5, 2, 3],
      [1, 2, 3],
    ],
    (nodes) => concat(nodes),
  ),
  oneInput('concat of a node and itself', [2, 3, 3], (x) => concat([x, x])),
];

const shared = dense({ units: 6, activation: 'tanh', name: 'shared' });
const sharedWithoutBias = dense({ units: 6, useBias: false, name: 'shared' });
const sharedConv = conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'tanh', name: 'shared' });
const pooledOrNot = conv2d({ filters: 3, kernelSize: 3, padding: 'same', name: 'shared' });
const everyPixel = conv2d({ filters: 2, kernelSize: 4, name: 'shared' });

/** Layers that stand in a network several times. */
const sharing: readonly GraphCase[] = [
  oneInput('a dense layer behind itself', [6], (x) => x.pipe(shared, shared), 33),
  oneInput('a dense layer four times, without a bias', [6], (x) =>
    add([x.pipe(sharedWithoutBias), x.pipe(tanh(), sharedWithoutBias, tanh(), sharedWithoutBias, sharedWithoutBias)]),
  ),
  oneInput('a convolution behind itself', [3, 6, 5], (x) => x.pipe(sharedConv, sharedConv, sharedConv), 17),
  oneInput('a convolution on images of two sizes', [3, 6, 6], (x) =>
    concat([x.pipe(sharedConv, flatten()), x.pipe(maxPool2d(), sharedConv, flatten())]),
  ),
  oneInput(
    'a convolution with pooling behind it, and without',
    [2, 6, 6],
    (x) => {
      const wide = x.pipe(conv2d({ filters: 3, kernelSize: 3, padding: 'same' }), tanh());
      return concat([wide.pipe(pooledOrNot, maxPool2d(), flatten()), wide.pipe(pooledOrNot, flatten())]);
    },
    33,
  ),
  oneInput('a convolution that covers one image and slides over another', [2, 4, 4], (x) => {
    const wide = x.pipe(conv2d({ filters: 2, kernelSize: 3, padding: 3 }), tanh());
    return concat([x.pipe(everyPixel, flatten()), wide.pipe(everyPixel, flatten())]);
  }),
  inputs('a dense layer on two inputs', [[6], [6]], ([a, b]) =>
    multiply([(a as InputNode).pipe(shared), (b as InputNode).pipe(shared)]),
  ),
];

/** Whole networks that are no chains. Parity, gradient checks and more share these. */
export const graphCases: readonly GraphCase[] = [
  ...joints,
  ...sharing,
  ...severalOutputs(),
  ...AWKWARD_BATCHES.map((batch) =>
    oneInput(`two residual blocks, batch ${batch}`, [3, 5, 4], (x) => residual(residual(x, 3), 3), batch),
  ),
  oneInput('a residual network with a strided way around', [2, 8, 8], (x) => {
    const stem = x.pipe(conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'tanh' }));
    const inner = stem.pipe(
      conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', activation: 'tanh' }),
      conv2d({ filters: 6, kernelSize: 3, padding: 'same' }),
    );
    const around = stem.pipe(conv2d({ filters: 6, kernelSize: 1, strides: 2 }));
    return add([around, inner]).pipe(tanh(), flatten(), dense({ units: 3 }));
  }),
  oneInput('a small ResNet', [3, 8, 6], (x) => resnet(x, [4, 5, 6], 1), 17),
  oneInput('densely connected layers', [2, 5, 5], (x) => {
    const grow = (node: NetworkNode): NetworkNode =>
      concat([node, node.pipe(conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'tanh' }))]);
    return grow(grow(grow(x)));
  }),
  oneInput('two branches with poolings', [2, 7, 6], (x) => {
    const pooled = x.pipe(conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }), maxPool2d());
    const strided = x.pipe(conv2d({ filters: 2, kernelSize: 3, strides: 2, padding: [0, 0, 0, 0] }), sigmoid());
    return concat([pooled.pipe(flatten()), strided.pipe(flatten())]);
  }),
  oneInput('an activation that is pooled and used as it is', [2, 6, 6], (x) => {
    const active = x.pipe(conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'tanh' }));
    return concat([active.pipe(maxPool2d(), flatten()), active.pipe(flatten())]);
  }),
  oneInput('a gate', [9], (x) => multiply([x.pipe(dense({ units: 4 })), x.pipe(dense({ units: 4 }), sigmoid())])),
  oneInput('layers that do nothing', [4], (x) => add([x.pipe(activation('linear')), x, x.pipe(flatten())])),
  oneInput('a rectified sum', [3, 4, 4], (x) => add([x, x.pipe(relu())]).pipe(relu())),
];
