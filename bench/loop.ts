import { toLoss } from '../lib/losses/loss';
import { networkModel } from '../lib/networks/networks';
import { sgd } from '../lib/optimizers/optimizer';
import { interleavedSeconds, ratios, type Sample, summarize } from './measure';
import { trainingRun } from './network-run';
import { networkGraph, networkImages } from './networks';
import { section } from './section';
import { formatTable } from './table';

const NETWORK = 'lenet5';
const BATCH = 64;
const EPOCHS = 2;
const RATE = 1e-6;

interface LoopRow {
  readonly what: string;
  readonly milliseconds: Sample;
  /** How many times as long as the engine by itself. */
  readonly ratio: Sample | undefined;
}

/** What `fit` takes beside the steps of its epochs and the evaluations after them. */
export const loop = section<readonly LoopRow[]>({
  name: 'loop',
  title: 'The training loop',
  describe: ({ threads }) =>
    `Milliseconds of an epoch of ${NETWORK}, 60,000 images in batches of ${BATCH} and 10,000 to validate with, on ${threads} threads: ` +
    'of the plans run by themselves, and of `fit`, which shuffles, keeps a copy for a loss that is no number, watches for a ' +
    'signal, and tells of events.',
  async measure(machine, rounds) {
    const { threads } = machine;
    const train = networkImages(NETWORK, 60_000);
    const validationData = networkImages(NETWORK, 10_000);
    const engine = trainingRun(networkGraph(NETWORK), toLoss('crossEntropy'), train, BATCH, threads);
    const model = networkModel(NETWORK).compile({
      loss: 'crossEntropy',
      optimizer: sgd({ learningRate: RATE }),
      backend: 'native',
      threads,
    });
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const began = performance.now();
      await work();
      return (performance.now() - began) / 1000;
    };
    const contenders = [
      {
        name: 'plans',
        run: async () => (await engine.run()) + (await timed(() => model.evaluate(validationData))),
      },
      {
        name: 'fit',
        run: async () =>
          (await timed(() => model.fit(train, { epochs: EPOCHS, batchSize: BATCH, validationData }))) / EPOCHS,
      },
    ];
    const seconds = await interleavedSeconds(contenders, 3 * rounds);
    engine.plan.dispose();
    model.dispose();
    const plans = seconds.get('plans') ?? [];
    return contenders.map(({ name }) => {
      const own = seconds.get(name) ?? [];
      const milliseconds = summarize(own.map((value) => value * 1000));
      return { what: name, milliseconds, ratio: name === 'plans' ? undefined : ratios(own, plans) };
    });
  },
  format: (rows) =>
    formatTable(
      ['what', 'ms an epoch', 'least - most', 'times the plans', 'least - most'],
      rows.map(({ what, milliseconds: { median, least, most }, ratio }) => [
        what,
        median.toFixed(1),
        `${least.toFixed(1)} - ${most.toFixed(1)}`,
        ratio ? ratio.median.toFixed(3) : '',
        ratio ? `${ratio.least.toFixed(3)} - ${ratio.most.toFixed(3)}` : '',
      ]),
    ),
});
