import { parseArgs } from 'node:util';
import { availableProcessors } from '../lib/backends/available-processors';
import { keepFigures } from './figures-file';
import { describeMachine, machineLine } from './machine';
import { wholeNumber } from './options';
import { chooseSections, SECTIONS } from './sections';

const USAGE = `npm run bench -- [--threads N] [--rounds N] [--only NAME]... [--json FILE]

Measures the native backend on this machine and prints tables. Times are medians of rounds. Each table goes to the file of
figures as soon as it is there; what the file has of other tables stays.
  --threads N   threads that train (default: one a processor)
  --rounds N    counted rounds (default: 5)
  --only NAME   one table alone, or several: ${SECTIONS.map(({ name }) => name).join(', ')}
  --json FILE   where the figures go (default: build/bench.json)`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      threads: { type: 'string', default: String(availableProcessors()) },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string', default: 'build/bench.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const rounds = wholeNumber('--rounds', values.rounds);
  const chosen = chooseSections(SECTIONS, values.only);
  const machine = describeMachine(wholeNumber('--threads', values.threads));
  console.log(machineLine(machine));
  for (const { name, title, describe, measure, format } of chosen) {
    const rows = await measure(machine, rounds);
    console.log(`\n${title} (--only ${name})\n${describe(machine)}\n\n${format(rows)}`);
    await keepFigures(values.json, name, { date: new Date().toISOString(), machine, rounds, quick: false, rows });
  }
  console.log(`\nfigures are in ${values.json}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
