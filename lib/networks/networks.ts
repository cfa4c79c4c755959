import { LaminetError } from '../errors';
import { input } from '../layers/input';
import { model } from '../model/functional';
import type { Model } from '../model/model';
import { lenet5, lenet5First } from './lenet5';
import { lenet51998 } from './lenet5-1998';
import type { NetworkDefinition } from './network';
import { oneConv, twoLayer } from './plain';
import { resnet20 } from './resnet';
import { vggSmall } from './vgg-small';

/** The networks that can be named on the command line, from the smallest step to the largest. */
export const NETWORKS: readonly NetworkDefinition[] = [
  twoLayer,
  oneConv,
  lenet5First,
  lenet5,
  lenet51998,
  vggSmall,
  resnet20,
];

/** The network of that name. Error: `E_UNKNOWN`, which lists the names. */
export function networkNamed(name: string): NetworkDefinition {
  const network = NETWORKS.find((candidate) => candidate.name === name);
  if (!network) {
    const names = NETWORKS.map((candidate) => candidate.name);
    throw new LaminetError('E_UNKNOWN', `there is no network ${JSON.stringify(name)}; there are ${names.join(', ')}`, {
      network: name,
      networks: names,
    });
  }
  return network;
}

/**
 * The network of that name as a model, called so too.
 *
 *     const net = networkModel('resnet20').compile({ loss: 'crossEntropy', optimizer: sgd({ learningRate: 0.1 }) });
 *
 * @param options.seed of the first weights, and of the order of samples in `fit`. Default: 0
 * Error: `E_UNKNOWN`, which lists the names.
 */
export function networkModel(name: string, options: { readonly seed?: number } = {}): Model {
  const network = networkNamed(name);
  const inputs = input(network.inputShape);
  return model({ inputs, outputs: network.outputs(inputs), name, ...options });
}
