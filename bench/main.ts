import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { availableProcessors } from '../lib/backends/available-processors';
import { describeMachine } from './machine';
import { chooseSections, SECTIONS } from './sections';

const USAGE = `npm run bench -- [--threads N] [--rounds N] [--only NAME]... [--json FILE]

Measures the native backend on this machine and prints tables. Times are medians of rounds.
  --threads N   threads that train (default: one a processor)
  --rounds N    counted rounds (default: 7)
  --only NAME   one table alone, or several: ${SECTIONS.map(({ name }) => name).join(', ')}
  --json FILE   where the figures go (default: build/bench.json; with --only build/bench-only.json)`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      threads: { type: 'string', default: String(availableProcessors()) },
      rounds: { type: 'string', default: '7' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { only, json = only.length > 0 ? 'build/bench-only.json' : 'build/bench.json' } = values;
  const rounds = Number(values.rounds);
  const chosen = chooseSections(only);
  const machine = describeMachine(Number(values.threads));
  console.log(`${machine.processor}, ${machine.cores} cores, ${machine.instructionSet}, Node ${machine.node}`);
  console.log(
    `peak of multiply-adds: ${machine.peak.toFixed(0)} GFLOP/s on one thread, ${machine.peakOfAll.toFixed(0)} on ${machine.threads}`,
  );
  const tables: Record<string, unknown> = {};
  for (const { name, title, describe, measure, format } of chosen) {
    const rows = await measure(machine, rounds);
    tables[name] = rows;
    console.log(`\n${title} (--only ${name})\n${describe(machine)}\n\n${format(rows)}`);
  }
  mkdirSync(path.dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify({ date: new Date().toISOString(), machine, rounds, tables }, null, 2)}\n`);
  console.log(`\nwritten to ${json}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
