import type { Machine } from '../machine';
import type { Comparison, ComparisonRow } from './compare';
import { formatInference, formatPairs, formatSteps, formatTraining } from './figures';
import { LAYER_CASES, layerSubject } from './layer-cases';
import { OPTIMIZER_BATCH, OPTIMIZER_CASES, OPTIMIZER_NETWORK } from './optimizer-cases';

/** One table of the comparison. */
export interface PeerSection {
  /** What `--only` calls it, and its place in the JSON. */
  readonly name: string;
  readonly title: string;
  /** What the table tells, for those who read it. */
  describe(machine: Machine): string;
  readonly comparisons: readonly Comparison[];
  /** What the time of a round is multiplied by, where less than that of a whole training run is enough. */
  readonly roundShare: number;
  format(rows: readonly ComparisonRow[]): string;
}

/** All tables, in the order in which they are measured and printed. */
export const PEER_SECTIONS: readonly PeerSection[] = [
  {
    name: 'lenet5',
    title: 'Training lenet5',
    describe: () => 'Seconds for the 60,000 images of MNIST.',
    comparisons: [1, 16, 64, 256].map((batch) => ({ task: 'train', subject: 'lenet5', batch, most: 60_000 })),
    roundShare: 1,
    format: formatTraining,
  },
  {
    name: 'inference',
    title: 'Inference of lenet5',
    describe: () => 'One image and 64.',
    comparisons: [1, 64].map((batch) => ({ task: 'infer', subject: 'lenet5', batch, most: 100_000 })),
    roundShare: 0.5,
    format: formatInference,
  },
  {
    name: 'networks',
    title: 'Training larger networks',
    describe: () => 'Steps of 128 images of 3x32x32.',
    comparisons: ['vgg-small', 'resnet20'].map((subject) => ({ task: 'train', subject, batch: 128, most: 512 })),
    roundShare: 1,
    format: formatSteps,
  },
  {
    name: 'layers',
    title: 'Single layers',
    describe: () =>
      'Forward and backward of a layer by itself, the gradient of its input included. Of a step of laminet what is not the ' +
      "layer's is subtracted.",
    comparisons: LAYER_CASES.map((each) => ({
      task: 'layer',
      subject: layerSubject(each),
      batch: each.batch,
      most: 2_000,
    })),
    roundShare: 0.12,
    format: (rows) => formatPairs('layer', rows),
  },
  {
    name: 'optimizers',
    title: 'Optimizers',
    describe: () =>
      `Training steps of a network of dense layers, ${OPTIMIZER_NETWORK.join(' -> ')}, most of whose time is that of ` +
      "changing 2.1 million weights; PyTorch's optimizers as they do best, all weights at a time (`foreach`) or one by one.",
    comparisons: OPTIMIZER_CASES.map(({ name }) => ({
      task: 'optimizer',
      subject: name,
      batch: OPTIMIZER_BATCH,
      most: 10_000,
    })),
    roundShare: 0.12,
    format: (rows) => formatPairs('optimizer', rows),
  },
];
