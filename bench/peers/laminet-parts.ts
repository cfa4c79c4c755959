import { activation } from '../../lib/layers/activation';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { sumOfSquaredErrors, toLoss } from '../../lib/losses/loss';
import { chain } from '../../lib/model/graph';
import { sizeOf } from '../../lib/tensor/shape';
import { randomNumbers, randomRows, trainingRun } from '../network-run';
import { LAYER_CASES, layerSubject } from './layer-cases';
import { OPTIMIZER_BATCH, OPTIMIZER_CASES, OPTIMIZER_NETWORK } from './optimizer-cases';

/** Something that can be run again and again, and holds memory until it is disposed of. */
export interface Repeatable {
  /** The seconds that so many images or steps take. */
  run(amount: number): Promise<number>;
  dispose(): void;
}

/** What a case of that name is; there is one. */
function find<T>(cases: readonly T[], nameOf: (each: T) => string, name: string): T {
  const found = cases.find((each) => nameOf(each) === name);
  if (!found) throw new Error(`there is no case ${name}`);
  return found;
}

/**
 * A layer's part of training steps, forward and backward, the gradient of its input included. Before it stands a layer that
 * has a weight a channel, for whose sake that gradient is computed. What that layer, the loss and the updates take is
 * subtracted from the time of the steps; what is left, the threads' waiting included, counts.
 */
export function layerRun(subject: string, threads: number): Repeatable {
  const { shape, batch, layer } = find(LAYER_CASES, layerSubject, subject);
  const [channels = 1] = shape;
  const graph = chain(shape, [conv2d({ filters: channels, kernelSize: 1, groups: channels }), layer()]);
  const data = randomNumbers(shape, sizeOf(graph.outputShape), batch);
  const { program, plan, repeat } = trainingRun(graph, sumOfSquaredErrors(), data, batch, threads);
  const { instructions } = program;
  const name = graph.nodes[1]?.name;
  return {
    async run(steps) {
      const profile = new Float64Array(instructions.length + 2);
      const seconds = await repeat(steps, profile);
      const beside = instructions.reduce((sum, { layer: from, phase }, index) => {
        return sum + (from === name && phase !== 'update' ? 0 : (profile[index] ?? 0));
      }, profile[instructions.length] ?? 0);
      return seconds - beside / threads;
    },
    dispose: () => plan.dispose(),
  };
}

/** Training steps of a network of dense layers with an optimizer: most of their time is that of changing the weights. */
export function optimizerRun(subject: string, threads: number): Repeatable {
  const { optimizer } = find(OPTIMIZER_CASES, ({ name }) => name, subject);
  const [inputs, ...widths] = OPTIMIZER_NETWORK;
  const layers = widths.flatMap((units, index) => [
    dense({ units }),
    activation(index < widths.length - 1 ? 'relu' : 'softmax'),
  ]);
  const graph = chain([inputs], layers);
  const data = randomRows(inputs, OPTIMIZER_BATCH);
  const { plan, repeat } = trainingRun(graph, toLoss('crossEntropy'), data, OPTIMIZER_BATCH, threads, { optimizer });
  return { run: (steps) => repeat(steps), dispose: () => plan.dispose() };
}
