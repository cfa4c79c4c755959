import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { benchConvolutions, formatConvolutions } from './convolutions';
import { benchLenet5, formatInstructions, formatSteps, profileLenet5 } from './lenet5';
import { describeMachine } from './machine';

const USAGE = `npm run bench -- [--threads N] [--rounds N] [--json FILE]

Measures the native backend on this machine and prints tables. Times are medians of interleaved rounds.
  --threads N   threads that train (default: one a processor)
  --rounds N    counted rounds (default: 7)
  --json FILE   where the figures go (default: build/bench.json)`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      threads: { type: 'string', default: String(availableParallelism()) },
      rounds: { type: 'string', default: '7' },
      json: { type: 'string', default: 'build/bench.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const machine = describeMachine(Number(values.threads));
  console.log(`${machine.processor}, ${machine.cores} cores, ${machine.instructionSet}, Node ${machine.node}`);
  console.log(
    `peak of multiply-adds: ${machine.peak.toFixed(0)} GFLOP/s on one thread, ${machine.peakOfAll.toFixed(0)} on ${machine.threads}\n`,
  );
  console.log(`training lenet5, ${machine.threads} threads`);
  const steps = await benchLenet5(machine, Number(values.rounds));
  console.log(`${formatSteps(steps)}\n`);
  console.log('where a lenet5 step of batch 64 spends its time, one thread, per slice of 16 samples');
  const instructions = await profileLenet5(machine);
  console.log(`${formatInstructions(instructions)}\n`);
  console.log(`convolutions, ${machine.threads} threads, GFLOP/s`);
  const convolutions = await benchConvolutions(machine, Number(values.rounds));
  console.log(formatConvolutions(convolutions));

  mkdirSync(path.dirname(values.json), { recursive: true });
  writeFileSync(
    values.json,
    `${JSON.stringify({ date: new Date().toISOString(), machine, steps, instructions, convolutions }, null, 2)}\n`,
  );
  console.log(`\nwritten to ${values.json}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
