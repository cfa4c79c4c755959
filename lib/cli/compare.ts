import { type Command, InvalidArgumentError } from 'commander';
import { LaminetError } from '../errors';
import type { EpochRecord } from '../model/events';
import { type Run, readRun } from '../run/read-run';
import { sparkline } from './sparkline';
import { type CommandContext, formatCount, formatLoss, formatShare, formatSpent } from './terminal';
import { formatTable, spread } from './text-table';

const EXAMPLES = `
Examples:
  $ laminet compare runs/2026-03-05-14-07-09-lenet5 runs/2026-03-05-14-09-30-lenet5
  $ laminet compare runs/*`;

/** More would not fit on a screen; each has a letter. */
const MOST_RUNS = 26;
const MOST_EPOCHS = 12;
const MOST_BARS = 40;

/** Adds `laminet compare`. */
export function addCompareCommand(program: Command, context: CommandContext): void {
  program
    .command('compare')
    .summary('show settings and curves of runs side by side')
    .description('Shows the settings of runs side by side, those that differ marked, and their curves.')
    .argument('<runs...>', 'run folders, two or more', collect)
    .addHelpText('after', EXAMPLES)
    .action((folders: readonly string[]) => compare(folders, context));
}

function collect(folder: string, before: readonly string[] | undefined): readonly string[] {
  const folders = [...(before ?? []), folder];
  if (folders.length > MOST_RUNS) throw new InvalidArgumentError(`Expected at most ${MOST_RUNS} runs.`);
  return folders;
}

/** A run with the letter that stands for it. */
interface NamedRun extends Run {
  readonly letter: string;
}

async function compare(folders: readonly string[], { print, colors }: CommandContext): Promise<void> {
  if (folders.length < 2) {
    throw new LaminetError('E_OPTION', `compare takes two runs or more, found ${folders.length}`, { found: folders });
  }
  const runs: NamedRun[] = [];
  for (const [index, folder] of folders.entries()) {
    runs.push({ ...(await readRun(folder)), letter: String.fromCharCode(65 + index) });
  }
  const letters = runs.map(({ letter }) => letter);
  for (const [index, folder] of folders.entries()) print(`${letters[index]}  ${folder}`);
  print('');
  const [heading = '', ...settings] = formatTable([['', 'setting', ...letters], ...settingRows(runs)], 2 + runs.length);
  print(colors().bold(heading));
  for (const line of settings) print(line.startsWith('*') ? colors().yellow(line) : line);
  if (runs.every(({ history }) => history.epochs.length === 0)) return;
  for (const measure of MEASURES) {
    const curves = runs.map(({ history }) => history.epochs.map(measure.value));
    if (curves.flat().every(Number.isNaN)) continue;
    print('');
    print(colors().bold(measure.name));
    for (const line of formatTable(epochRows(letters, curves, measure.format), 0)) print(line);
    const finite = curves.flat().filter(Number.isFinite);
    const [least, most] = [Math.min(...finite), Math.max(...finite)];
    for (const [index, curve] of curves.entries()) {
      const bars = spread(epochNumbers(curves), MOST_BARS).map((epoch) => curve[epoch - 1] ?? Number.NaN);
      print(`${letters[index]}  ${sparkline(bars, least, most)}`.trimEnd());
    }
  }
}

/** What is measured of each epoch, and how it is written. */
const MEASURES: readonly {
  readonly name: string;
  readonly value: (epoch: EpochRecord) => number;
  readonly format: (value: number) => string;
}[] = [
  { name: 'loss', value: ({ loss }) => loss, format: formatLoss },
  { name: 'accuracy', value: ({ accuracy }) => accuracy, format: formatShare },
  { name: 'validation loss', value: ({ validation }) => validation?.loss ?? Number.NaN, format: formatLoss },
  { name: 'validation accuracy', value: ({ validation }) => validation?.accuracy ?? Number.NaN, format: formatShare },
];

/** 1, 2, 3 ... up to the last epoch of the longest run. */
function epochNumbers(curves: readonly (readonly number[])[]): number[] {
  return Array.from({ length: Math.max(...curves.map(({ length }) => length)) }, (_, index) => index + 1);
}

/** A row an epoch, a column a run; of many epochs some. */
function epochRows(
  letters: readonly string[],
  curves: readonly (readonly number[])[],
  format: (value: number) => string,
): string[][] {
  const numbers = spread(epochNumbers(curves), MOST_EPOCHS);
  const cell = (value: number | undefined): string => (value === undefined || Number.isNaN(value) ? '' : format(value));
  return [
    ['epoch', ...letters],
    ...numbers.map((epoch) => [String(epoch), ...curves.map((curve) => cell(curve[epoch - 1]))]),
  ];
}

/** A row a setting or result; a star before settings that are not the same in all runs. */
function settingRows(runs: readonly NamedRun[]): string[][] {
  const row = (name: string, cells: readonly string[], setting: boolean): string[] => [
    setting && new Set(cells).size > 1 ? '*' : '',
    name,
    ...cells,
  ];
  return [
    ...SETTINGS.map(([name, cell]) => row(name, runs.map(cell), true)),
    ...RESULTS.map(([name, cell]) => row(name, runs.map(cell), false)),
  ].filter((cells) => cells.slice(2).some((cell) => cell !== ''));
}

type Cells = readonly (readonly [name: string, cell: (run: NamedRun) => string])[];

const SETTINGS: Cells = [
  ['network', ({ config }) => config.network],
  ['training images', ({ config }) => formatCount(config.data.train.count)],
  ['test images', ({ config }) => formatCount(config.data.test.count)],
  ['data', ({ config }) => config.data.folder ?? 'digits'],
  ['validation', ({ config }) => (config.validation === undefined ? '' : String(config.validation))],
  ['loss', ({ config }) => config.loss],
  ['optimizer', ({ config }) => config.optimizer],
  ['learning rate', ({ config }) => String(config.learningRate)],
  ['batch size', ({ config }) => String(config.batchSize)],
  ['epochs', ({ config }) => String(config.epochs)],
  ['patience', ({ config }) => (config.patience === undefined ? '' : String(config.patience))],
  ['seed', ({ config }) => String(config.seed)],
  ['backend', ({ config }) => config.backend],
  ['laminet', ({ config }) => config.laminet],
];

const RESULTS: Cells = [
  ['status', ({ history }) => history.status],
  ['epochs made', ({ history }) => String(history.epochs.length)],
  ['test loss', ({ history }) => (history.test ? formatLoss(history.test.loss) : '')],
  ['test accuracy', ({ history }) => (history.test ? formatShare(history.test.accuracy) : '')],
  ['training time', ({ history }) => formatSpent(history.epochs.reduce((sum, { seconds }) => sum + seconds, 0))],
];
