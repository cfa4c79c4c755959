import { type DenseOptions, dense } from '../../lib/layers/dense';
import { AWKWARD_BATCHES, type LayerCase } from './layer-case';

function denseCase(name: string, batch: number, inputs: number, options: DenseOptions): LayerCase {
  return { name, batch, inputShape: [inputs], layer: dense(options) };
}

/** Fully connected layers by what is awkward about them. */
export const denseCases: readonly LayerCase[] = [
  ...AWKWARD_BATCHES.map((batch) => denseCase(`batch ${batch}`, batch, 7, { units: 5 })),
  denseCase('one input, one output', 2, 1, { units: 1 }),
  denseCase('one input', 3, 1, { units: 17 }),
  denseCase('one output', 3, 19, { units: 1 }),
  denseCase('13 inputs, 17 outputs', 5, 13, { units: 17 }),
  denseCase('whole vectors', 16, 32, { units: 16 }),
  denseCase('more than whole vectors', 17, 33, { units: 18 }),
  denseCase('long rows', 2, 301, { units: 3 }),
  denseCase('many outputs', 2, 3, { units: 301 }),
  denseCase('no bias', 3, 7, { units: 4, useBias: false }),
  denseCase('tanh', 3, 7, { units: 4, activation: 'tanh' }),
  denseCase('sigmoid', 3, 7, { units: 4, activation: 'sigmoid' }),
  denseCase('relu', 3, 7, { units: 4, activation: 'relu' }),
  denseCase('softmax', 3, 7, { units: 4, activation: 'softmax' }),
  denseCase('logSoftmax', 3, 7, { units: 4, activation: 'logSoftmax' }),
];
