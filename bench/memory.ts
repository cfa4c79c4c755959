import { toLoss } from '../lib/losses/loss';
import { trainingRun } from './network-run';
import { networkGraph, networkImages } from './networks';
import { section } from './section';
import { formatTable } from './table';

const CASES = [
  { name: 'lenet5', batch: 16 },
  { name: 'lenet5', batch: 64 },
  { name: 'lenet5', batch: 256 },
  { name: 'vgg-small', batch: 128 },
  { name: 'resnet20', batch: 128 },
] as const;

interface MemoryRow {
  readonly network: string;
  readonly batch: number;
  readonly planMegabytes: number;
  readonly parameterMegabytes: number;
}

/** What training takes besides the data set. */
export const memory = section<readonly MemoryRow[]>({
  name: 'memory',
  title: 'Memory of a training step',
  describe: ({ threads }) =>
    `Megabytes beyond the data set: what the plan works in on ${threads} threads, and the parameters with their gradients.`,
  measure: ({ threads }) =>
    CASES.map(({ name, batch }) => {
      const data = networkImages(name, batch);
      const { plan, request } = trainingRun(networkGraph(name), toLoss('crossEntropy'), data, batch, threads);
      plan.dispose();
      return {
        network: name,
        batch,
        planMegabytes: plan.workingBytes / 1e6,
        parameterMegabytes: (request.parameters.byteLength + request.gradients.byteLength) / 1e6,
      };
    }),
  format: (rows) =>
    formatTable(
      ['network', 'batch', 'plan, MB', 'parameters, MB', 'in all, MB'],
      rows.map(({ network, batch, planMegabytes, parameterMegabytes }) => [
        network,
        String(batch),
        planMegabytes.toFixed(2),
        parameterMegabytes.toFixed(2),
        (planMegabytes + parameterMegabytes).toFixed(2),
      ]),
    ),
});
