import type { Command } from 'commander';
import { readCifar10 } from '../data/cifar10';
import { type DigitsSplit, readDigits } from '../data/digits';
import { readMnist } from '../data/mnist';
import { reproduce, writePage } from '../reproduce/reproduce';
import { DEFAULT_DATA } from './data';
import { addBackendOptions, type BackendOptions, checkWhole, parseNumber, toBackendOptions } from './options';
import type { CommandContext } from './terminal';

interface ReproduceOptions extends BackendOptions {
  readonly data?: string;
  readonly cifar10?: string;
  readonly seed: number;
  readonly quick?: boolean;
  readonly out: string;
}

const EXAMPLES = `
Examples:
  $ laminet reproduce --data mnist --cifar10 cifar-10-batches-bin
  $ laminet reproduce --quick --out look`;

/** With --quick: so many images to train, and to test. */
const QUICK = { train: 1000, test: 500 } as const;

/** Adds `laminet reproduce`. */
export function addReproduceCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('reproduce')
    .summary('run the networks of the post that laminet began with')
    .description(
      "Runs the post's four networks with its settings and with ours, and what answers its six questions; writes the-post.md and its pictures. A few minutes on two threads.",
    )
    .option('--data <folder>', `the folder of the files of MNIST, gzipped or not (default: 10,000 ${DEFAULT_DATA})`)
    .option('--cifar10 <folder>', 'the folder of the files of CIFAR-10 (binary), gzipped or not (default: without it)')
    .option('--seed <n>', 'of the first weights and the order of the images', parseNumber, 0)
    .option('--quick', `a look in seconds: ${QUICK.train} images to train, ${QUICK.test} to test`);
  addBackendOptions(command)
    .option('--out <folder>', 'where the page is written', 'the-post')
    .addHelpText('after', EXAMPLES)
    .action((options: ReproduceOptions) => run(options, context));
}

async function run(options: ReproduceOptions, { io, print }: CommandContext): Promise<void> {
  const { data, cifar10, quick = false, out } = options;
  const seed = checkWhole('--seed', options.seed, 0);
  const backend = toBackendOptions(options);
  const shortened = ({ train, test }: DigitsSplit): DigitsSplit =>
    quick
      ? {
          train: train.take(Math.min(QUICK.train, train.count)),
          test: test.take(Math.min(QUICK.test, test.count)),
        }
      : { train, test };
  const digits = data === undefined ? await readDigits() : await readBoth(readMnist, data);
  const colours = cifar10 === undefined ? undefined : await readBoth(readCifar10, cifar10);
  const page = await reproduce({
    mnist: shortened(digits),
    ...(colours ? { cifar10: shortened(colours) } : {}),
    digits: data === undefined ? DEFAULT_DATA : 'MNIST',
    seed,
    quick,
    ...backend,
    ...(io.signal ? { signal: io.signal } : {}),
    onProgress: print,
  });
  print(`page: ${await writePage(out, page)}`);
}

async function readBoth(read: typeof readMnist | typeof readCifar10, folder: string): Promise<DigitsSplit> {
  const [train, test] = await Promise.all([read(folder, 'train'), read(folder, 'test')]);
  return { train, test };
}
