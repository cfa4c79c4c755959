import { activation } from '../../lib/layers/activation';
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
 * A layer's part of training steps, forward and backward, the gradient of its input included. A step also gathers the
 * input, has a loss, hands out the input's gradient and changes weights: what these take is subtracted. What is left, the
 * threads' waiting and the call itself included, counts.
 */
export function layerRun(subject: string, threads: number): Repeatable {
  const { shape, batch, layer } = find(LAYER_CASES, layerSubject, subject);
  const graph = chain(shape, [layer()]);
  const data = randomNumbers(shape, sizeOf(graph.outputShape), batch);
  const { program, plan, run } = trainingRun(graph, sumOfSquaredErrors(), data, batch, threads, {
    inputGradient: true,
  });
  const name = graph.nodes[0]?.name;
  const others = program.instructions.map(({ layer: from, phase }) => from !== name || phase === 'update');
  return {
    async run(steps) {
      const profile = new Float64Array(program.instructions.length + 2);
      let seconds = 0;
      for (let step = 0; step < steps; step++) seconds += await run(profile);
      const updates = profile[program.instructions.length] ?? 0;
      const beside = others.reduce((sum, other, index) => sum + (other ? (profile[index] ?? 0) : 0), updates);
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
  return { run: repeat, dispose: () => plan.dispose() };
}
