import { type AugmentOptions, toAugmentation } from '../lib/data/augment';
import { toLoss } from '../lib/losses/loss';
import { interleave } from './measure';
import { trainingRun } from './network-run';
import { networkGraph, networkImages } from './networks';
import { section } from './section';
import { formatTable } from './table';

const BATCH = 128;
const IMAGES = 256;

/** What is done to the images; nothing at all is the gather that only scales. */
const CASES: readonly { readonly name: string; readonly augment?: AugmentOptions }[] = [
  { name: 'nothing' },
  { name: 'crop, flip', augment: { crop: { padding: 4 }, flip: 'random' } },
  {
    name: 'crop by reflection, alternating flip',
    augment: { crop: { padding: 4, mode: 'reflect' }, flip: 'alternating' },
  },
  {
    name: 'crop, flip, cutout, colours',
    augment: { crop: { padding: 4 }, flip: 'random', cutout: 8, brightness: 0.2, contrast: 0.2 },
  },
  {
    name: 'crop, flip, rotation, scaling',
    augment: { crop: { padding: 4 }, flip: 'random', rotation: 15, scaling: 0.1 },
  },
  { name: 'crop, flip, mixup', augment: { crop: { padding: 4 }, flip: 'random', mixup: 0.4 } },
];

/** What brings the data into a step. */
const OF_DATA: ReadonlySet<string> = new Set(['gather', 'gatherAugmented', 'mixup', 'mixTargets']);

interface AugmentationRow {
  readonly name: string;
  readonly stepMilliseconds: number;
  /** Of the gathering, over all threads. */
  readonly gatherMilliseconds: number;
  /** Of all that the threads do in a step. */
  readonly share: number;
}

/** What the images of a training step of `resnet20` cost until they are in the network. */
export const augmentation = section<readonly AugmentationRow[]>({
  name: 'augmentation',
  title: 'Augmentation',
  describe: ({ threads }) =>
    `Training steps of resnet20 in batches of ${BATCH} on ${threads} threads. The gathering is a part of the step, done by its threads; its time is the sum over them, its share that of all that they do.`,
  async measure({ threads }, rounds) {
    const data = networkImages('resnet20', IMAGES);
    const steps = IMAGES / BATCH;
    const cases = CASES.map(({ name, augment }) => {
      const options = augment && { augmentation: toAugmentation(augment, data) };
      const run = trainingRun(networkGraph('resnet20'), toLoss('crossEntropy'), data, BATCH, threads, options);
      const profile = new Float64Array(run.program.instructions.length + 2);
      return { name, run, profile };
    });
    const measured = await interleave(
      cases.map(({ name, run }) => ({ name, run: () => run.run() })),
      rounds,
    );
    // The shares come from runs of their own: taking times costs time.
    for (let round = 0; round < rounds; round++) {
      for (const { run, profile } of cases) await run.run(profile);
    }
    return cases.map(({ name, run, profile }) => {
      run.plan.dispose();
      const seconds = profile.subarray(0, -1).reduce((sum, each) => sum + each, 0);
      const gather = run.program.instructions.reduce(
        (sum, { op }, index) => (OF_DATA.has(op) ? sum + (profile[index] ?? Number.NaN) : sum),
        0,
      );
      return {
        name,
        stepMilliseconds: ((measured.get(name)?.median ?? Number.NaN) / steps) * 1e3,
        gatherMilliseconds: (gather / (rounds * steps)) * 1e3,
        share: gather / seconds,
      };
    });
  },
  format: (rows) =>
    formatTable(
      ['images', 'step, ms', 'gathering, ms', 'share'],
      rows.map((row) => [
        row.name,
        row.stepMilliseconds.toFixed(1),
        row.gatherMilliseconds.toFixed(2),
        `${(row.share * 100).toFixed(2)} %`,
      ]),
    ),
});
