import type { Dataset } from '../../lib/data/dataset';
import { toLoss } from '../../lib/losses/loss';
import { networkModel } from '../../lib/networks/networks';
import type { Machine } from '../machine';
import { type NetworkRun, trainingRun } from '../network-run';
import { networkGraph, networkImages } from '../networks';
import { layerRun, optimizerRun, type Repeatable } from './laminet-parts';
import { LAYER_CASES, layerSubject } from './layer-cases';
import { OPTIMIZER_CASES } from './optimizer-cases';
import { type Peer, settingsOf } from './peer';
import type { Command } from './protocol';

const NETWORKS = ['lenet5', 'vgg-small', 'resnet20'];

const describe = ({ instructionSet, node }: Machine, version: string): string =>
  `${version} (native backend, ${instructionSet}, Node ${node})`;

/** The network of that name with images at random, bytes as they come from a file. */
function networkTraining(name: string, batch: number, threads: number): Repeatable {
  const graph = networkGraph(name);
  const data = networkImages(name, name === 'lenet5' ? 60_000 : 512);
  let kept: { readonly amount: number; readonly run: NetworkRun } | undefined;
  return {
    run(amount) {
      if (kept?.amount !== amount) {
        kept?.run.plan.dispose();
        kept = { amount, run: trainingRun(graph, toLoss('crossEntropy'), data.slice(0, amount), batch, threads) };
      }
      return kept.run.run();
    },
    dispose: () => kept?.run.plan.dispose(),
  };
}

function prepare({ task, subject, batch }: Command, threads: number): Repeatable {
  if (task === 'layer') return layerRun(subject, threads);
  if (task === 'optimizer') return optimizerRun(subject, threads);
  return networkTraining(subject, batch, threads);
}

/** laminet's training, in this process, on all threads: as it comes. */
export function laminetTraining(machine: Machine, version: string): Peer {
  const { threads } = machine;
  const settings = settingsOf(threads).slice(0, 1);
  let kept: { readonly key: string; readonly work: Repeatable } | undefined;
  return {
    name: 'laminet',
    description: describe(machine, version),
    calledFrom: 'JavaScript',
    abilities: [
      ...NETWORKS.map((subject) => ({ task: 'train', subject, settings }) as const),
      ...LAYER_CASES.map((each) => ({ task: 'layer', subject: layerSubject(each), settings }) as const),
      ...OPTIMIZER_CASES.map(({ name }) => ({ task: 'optimizer', subject: name, settings }) as const),
    ],
    run(command) {
      const key = `${command.task} ${command.subject} ${command.batch}`;
      if (kept?.key !== key) {
        kept?.work.dispose();
        kept = { key, work: prepare(command, threads) };
      }
      return kept.work.run(command.amount);
    },
    close: () => kept?.work.dispose(),
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
    abilities: [{ task: 'infer', subject: 'lenet5', settings: settingsOf(machine.threads).slice(0, 1) }],
    async run({ batch, amount }) {
      const samples = pixels(batch);
      const began = performance.now();
      for (let index = 0; index < amount; index++) await predict(samples);
      return (performance.now() - began) / 1000;
    },
    close: () => model.dispose(),
  }));
}
