import { toLoss } from '../lib/losses/loss';
import { instructionFlops } from '../lib/model/profile';
import { interleave } from './measure';
import { trainingRun } from './network-run';
import { networkGraph, networkImages } from './networks';
import { section } from './section';
import { formatTable } from './table';

interface Network {
  readonly name: string;
  /** Images of its data set: what an epoch is. */
  readonly epoch: number;
  /** Fewer images than an epoch where steps are small or images cost much: enough for half a second. */
  readonly cases: readonly { readonly batch: number; readonly images: number }[];
}

const NETWORKS: readonly Network[] = [
  {
    name: 'lenet5',
    epoch: 60_000,
    cases: [
      { batch: 1, images: 6_000 },
      { batch: 16, images: 60_000 },
      { batch: 64, images: 60_000 },
      { batch: 256, images: 60_000 },
    ],
  },
  { name: 'vgg-small', epoch: 50_000, cases: [{ batch: 128, images: 128 }] },
  { name: 'resnet20', epoch: 50_000, cases: [{ batch: 128, images: 256 }] },
];

interface StepRow {
  readonly network: string;
  readonly batch: number;
  readonly epochSeconds: number;
  readonly least: number;
  readonly most: number;
  readonly stepMicroseconds: number;
  readonly gflops: number;
  readonly shareOfPeak: number;
}

/** Training of whole networks on data already in memory, by batch size. */
export const steps = section<readonly StepRow[]>({
  name: 'steps',
  title: 'Training steps',
  describe: ({ threads }) =>
    `${threads} threads; an epoch is 60,000 images of lenet5 and 50,000 of the others, scaled where fewer were run.`,
  async measure(machine, rounds) {
    const runs = NETWORKS.flatMap(({ name, epoch, cases }) => {
      const data = networkImages(name, Math.max(...cases.map((each) => each.images)));
      return cases.map((each) => ({
        name,
        epoch,
        ...each,
        run: trainingRun(
          networkGraph(name),
          toLoss('crossEntropy'),
          data.slice(0, each.images),
          each.batch,
          machine.threads,
        ),
      }));
    });
    const measured = await interleave(
      runs.map(({ name, batch, run }) => ({ name: `${name} ${batch}`, run: () => run.run() })),
      rounds,
    );
    return runs.map(({ name, epoch, batch, images, run }) => {
      const { median = Number.NaN, least = Number.NaN, most = Number.NaN } = measured.get(`${name} ${batch}`) ?? {};
      const flops = run.program.instructions.reduce((sum, instruction) => sum + instructionFlops(instruction), 0);
      const gflops = (flops * images) / median / 1e9;
      run.plan.dispose();
      return {
        network: name,
        batch,
        epochSeconds: (median * epoch) / images,
        least: (least * epoch) / images,
        most: (most * epoch) / images,
        stepMicroseconds: (median / Math.ceil(images / batch)) * 1e6,
        gflops,
        shareOfPeak: gflops / machine.peakOfAll,
      };
    });
  },
  format: (rows) =>
    formatTable(
      ['network', 'batch', 'epoch, s', 'least - most', 'step, us', 'images/s', 'GFLOP/s', 'of peak'],
      rows.map((row) => [
        row.network,
        String(row.batch),
        row.epochSeconds.toFixed(3),
        `${row.least.toFixed(3)} - ${row.most.toFixed(3)}`,
        row.stepMicroseconds.toFixed(1),
        Math.round((row.batch / row.stepMicroseconds) * 1e6).toLocaleString('en-US'),
        row.gflops.toFixed(1),
        `${(row.shareOfPeak * 100).toFixed(0)} %`,
      ]),
    ),
});
