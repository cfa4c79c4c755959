import type { Dataset } from '../lib/data/dataset';
import type { Graph } from '../lib/model/graph';
import { networkModel } from '../lib/networks/networks';
import { randomImages } from './network-run';

/** A network by its name. */
export function networkGraph(name: string): Graph {
  return networkModel(name).graph;
}

/** Images at random as a network takes them; those of lenet5 get a border of 2 on their way. */
export function networkImages(name: string, count: number): Dataset {
  return name === 'lenet5' ? randomImages([1, 28, 28], count, 2) : randomImages([3, 32, 32], count);
}
