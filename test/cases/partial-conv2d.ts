import { type PartialConv2dOptions, partialConv2d } from '../../lib/layers/partial-conv2d';
import type { Connections } from '../../lib/ops/partial-conv2d';
import type { Shape } from '../../lib/tensor/shape';
import { AWKWARD_BATCHES, AWKWARD_CHANNELS, type LayerCase } from './layer-case';

function partialConv2dCase(
  name: string,
  batch: number,
  inputShape: Shape,
  options: Partial<PartialConv2dOptions> & Pick<PartialConv2dOptions, 'connections'>,
): LayerCase {
  return { name, batch, inputShape, layer: partialConv2d({ kernelSize: 3, ...options }) };
}

/** Every second input map for even output maps, every third for odd ones. */
export function everyFew(channels: number, filters: number): Connections {
  const maps = Array.from({ length: channels }, (_, map) => map);
  return Array.from({ length: filters }, (_, k) => maps.filter((map) => (map + k) % (2 + (k % 2)) === 0 || map === 0));
}

const FEW: Connections = [[0, 2], [1], [0, 1, 2], [2]];

/** Partially connected convolutions by what is awkward about them. */
export const partialConv2dCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) => partialConv2dCase(`batch ${batch}`, batch, [3, 6, 5], { connections: FEW })),
  ...AWKWARD_CHANNELS.map((channels) =>
    partialConv2dCase(`${channels} channels`, 2, [channels, 5, 6], { connections: everyFew(channels, 5), padding: 1 }),
  ),
  ...AWKWARD_CHANNELS.map((filters) =>
    partialConv2dCase(`${filters} filters`, 17, [4, 4, 5], { connections: everyFew(4, filters), kernelSize: 2 }),
  ),
  partialConv2dCase('C3 of LeNet-5', 3, [6, 14, 14], { connections: 'lenet5-c3', kernelSize: 5, activation: 'tanh' }),
  partialConv2dCase('input maps that nothing sees', 2, [5, 4, 5], { connections: [[1], [3], [1, 3]] }),
  partialConv2dCase('one kernel', 17, [1, 3, 4], { connections: [[0]], kernelSize: 2 }),
  partialConv2dCase('all connections', 2, [3, 5, 4], {
    connections: [
      [0, 1, 2],
      [0, 1, 2],
    ],
  }),
  partialConv2dCase('1x1 kernel', 3, [3, 4, 3], { connections: FEW, kernelSize: 1 }),
  partialConv2dCase('1x1 output', 3, [3, 5, 4], { connections: FEW, kernelSize: [5, 4] }),
  partialConv2dCase('wide rows', 2, [3, 2, 41], { connections: FEW, kernelSize: [2, 3] }),
  partialConv2dCase('kernel of many taps', 2, [3, 8, 9], { connections: FEW, kernelSize: [7, 4] }),
  partialConv2dCase('stride larger than the kernel', 2, [3, 11, 10], { connections: FEW, kernelSize: 2, strides: 3 }),
  partialConv2dCase('strides that differ', 17, [3, 9, 8], { connections: FEW, strides: [1, 2] }),
  partialConv2dCase('kernel larger than the image', 2, [3, 3, 2], { connections: FEW, kernelSize: 5, padding: 2 }),
  partialConv2dCase('windows in padding alone', 2, [3, 3, 3], {
    connections: FEW,
    kernelSize: 2,
    padding: 3,
    strides: 2,
  }),
  partialConv2dCase('padding that differs by side', 2, [3, 5, 6], { connections: FEW, padding: [2, 0, 1, 3] }),
  partialConv2dCase('same padding, stride 2', 2, [3, 7, 6], { connections: FEW, padding: 'same', strides: 2 }),
  partialConv2dCase('dilation, stride, padding', 17, [3, 9, 8], {
    connections: FEW,
    kernelSize: [2, 3],
    dilation: [3, 2],
    strides: [2, 3],
    padding: [2, 1],
  }),
  partialConv2dCase('no bias', 2, [3, 5, 5], { connections: FEW, useBias: false }),
];
