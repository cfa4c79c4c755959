// Trains networks on the whole of MNIST and CIFAR-10 over several seeds and prints what docs/results.md tells of them:
//
//     npm run accuracy -- [--only NAME]... [--seeds N] [--data FOLDER]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCifar10 } from '../lib/data/cifar10';
import type { Dataset } from '../lib/data/dataset';
import { readMnist } from '../lib/data/mnist';
import { ACCURACY_CASES, type AccuracyCase } from './accuracy-cases';
import { summarize } from './measure';
import { formatTable } from './table';

const FOLDERS = { mnist: 'mnist', cifar10: 'cifar-10-batches-bin' } as const;

async function readData(name: AccuracyCase['data'], folder: string): Promise<{ train: Dataset; test: Dataset }> {
  const read = name === 'mnist' ? readMnist : readCifar10;
  const path = join(folder, FOLDERS[name]);
  return { train: await read(path, 'train'), test: await read(path, 'test') };
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

async function measure(each: AccuracyCase, seeds: number, folder: string): Promise<string[]> {
  const { train, test } = await readData(each.data, folder);
  const accuracies: number[] = [];
  const seconds: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    using model = each.build(train, seed);
    const began = performance.now();
    const onEvent: AccuracyCase['fit']['onEvent'] = (event) => {
      if (event.type !== 'epoch') return;
      const { epoch, loss, accuracy } = event;
      process.stderr.write(
        `${each.name}, seed ${seed}, epoch ${epoch}: loss ${loss.toFixed(4)}, ${percent(accuracy)}\n`,
      );
    };
    await model.fit(train, { ...each.fit, onEvent });
    seconds.push((performance.now() - began) / 1000);
    accuracies.push((await model.evaluate(test)).accuracy);
    process.stderr.write(
      `${each.name}, seed ${seed}: test ${percent(accuracies.at(-1) ?? 0)}, ${seconds.at(-1)?.toFixed(1)} s\n`,
    );
  }
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / seeds;
  const { median, least, most } = summarize(seconds);
  return [
    each.name,
    each.data,
    each.settings,
    accuracies.map(percent).join(', '),
    percent(mean),
    `${median.toFixed(1)} (${least.toFixed(1)} - ${most.toFixed(1)})`,
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      seeds: { type: 'string', default: '5' },
      data: { type: 'string', default: join(__dirname, '../../shared/data') },
    },
  });
  const names = ACCURACY_CASES.map(({ name }) => name);
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no network ${unknown}; there are ${names.join(', ')}`);
  const seeds = Number(values.seeds);
  if (!Number.isInteger(seeds) || seeds < 1) throw new Error(`--seeds must be a whole number, found ${values.seeds}`);
  const rows: string[][] = [];
  for (const each of ACCURACY_CASES) {
    if (values.only.length === 0 || values.only.includes(each.name)) rows.push(await measure(each, seeds, values.data));
  }
  const header = ['network', 'data', 'settings', `test accuracy, seeds 0 to ${seeds - 1}`, 'mean', 'training, s'];
  console.log(formatTable(header, rows));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
