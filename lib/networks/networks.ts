import { LaminetError } from '../errors';
import { lenet5, lenet5First } from './lenet5';
import type { NetworkDefinition } from './network';
import { oneConv, twoLayer } from './plain';
import { vggSmall } from './vgg-small';

/** The networks that can be named on the command line, from the smallest step to the largest. */
export const NETWORKS: readonly NetworkDefinition[] = [twoLayer, oneConv, lenet5First, lenet5, vggSmall];

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
