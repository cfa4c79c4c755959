import type { Dataset } from '../../lib/data/dataset';
import { toLoss } from '../../lib/losses/loss';
import { networkModel } from '../../lib/networks/networks';
import type { Machine } from '../machine';
import { type NetworkRun, trainingRun } from '../network-run';
import { networkGraph, networkImages } from '../networks';
import type { Peer } from './peer';
import type { Command, NetworkName } from './protocol';

/** The network of that name with images at random, bytes as they come from a file. */
function buildNetwork(name: NetworkName) {
  return { graph: networkGraph(name), data: networkImages(name, name === 'lenet5' ? 60_000 : 512) };
}

/** laminet's training, in this process, on all threads: as it comes. */
export function laminetTraining(machine: Machine, version: string): Peer {
  const networks = new Map<NetworkName, ReturnType<typeof buildNetwork>>();
  const runs = new Map<string, { readonly images: number; readonly run: NetworkRun }>();

  function runOf({ network, batch, amount }: Command): NetworkRun {
    const key = `${network} ${batch}`;
    const kept = runs.get(key);
    if (kept?.images === amount) return kept.run;
    kept?.run.plan.dispose();
    const { graph, data } = networks.get(network) ?? buildNetwork(network);
    networks.set(network, { graph, data });
    const run = trainingRun(graph, toLoss('crossEntropy'), data.slice(0, amount), batch, machine.threads);
    runs.set(key, { images: amount, run });
    return run;
  }

  return {
    name: 'laminet',
    description: describe(machine, version),
    calledFrom: 'JavaScript',
    tasks: [
      { task: 'train', network: 'lenet5' },
      { task: 'train', network: 'vgg-small' },
    ],
    settings: [{ threads: machine.threads, layout: '-' }],
    run: async (command) => runOf(command).run(),
    close() {
      for (const { run } of runs.values()) run.plan.dispose();
    },
  };
}

/** `predict` and `predictSync` of a compiled model, which take rows of numbers. */
export function laminetInference(machine: Machine, version: string): Peer[] {
  const model = networkModel('lenet5');
  model.compile({ loss: 'crossEntropy', backend: 'native', threads: machine.threads });
  const pixels = (count: number) => Float32Array.from({ length: count * 1024 }, (_, index) => (index % 256) / 255);
  const call: Record<string, (samples: Float32Array | Dataset) => unknown> = {
    predictSync: (samples) => model.predictSync(samples),
    predict: (samples) => model.predict(samples),
  };
  return Object.entries(call).map(([method, predict]) => ({
    name: `laminet ${method}`,
    description: describe(machine, version),
    calledFrom: 'JavaScript',
    tasks: [{ task: 'infer', network: 'lenet5' }],
    settings: [{ threads: machine.threads, layout: '-' }],
    async run({ batch, amount }) {
      const samples = pixels(batch);
      const began = performance.now();
      for (let index = 0; index < amount; index++) await predict(samples);
      return (performance.now() - began) / 1000;
    },
    close: () => model.dispose(),
  }));
}

const describe = ({ instructionSet, node }: Machine, version: string): string =>
  `${version} (native backend, ${instructionSet}, Node ${node})`;
