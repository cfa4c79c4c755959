import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchFigures, drawTraining, fillFigures, formatFigures } from './page';
import type { PeerFigures } from './peers/figures';

const USAGE = `npm run bench:docs -- [--draft]

Writes the figures of the last npm run bench and npm run bench:peers into docs/benchmarks.md, and draws
docs/benchmarks.svg.
  --draft   into build/ instead, also those of a --quick run, to look at`;

function readFigures<T>(file: string, script: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    throw new Error(`${file} cannot be read; npm run ${script} writes it`, { cause: error });
  }
}

function main(): void {
  const { values } = parseArgs({
    options: { draft: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const bench = readFigures<BenchFigures>('build/bench.json', 'bench');
  const peers = readFigures<PeerFigures>('build/bench-peers.json', 'bench:peers');
  if (peers.quick && !values.draft) throw new Error('figures of a --quick run are not for the docs: give --draft');
  const folder = values.draft ? 'build' : 'docs';
  const page = fillFigures(readFileSync('docs/benchmarks.md', 'utf8'), formatFigures(bench, peers));
  const files = { 'benchmarks.md': page, 'benchmarks.svg': drawTraining(peers.training) };
  for (const [name, content] of Object.entries(files)) {
    const file = path.posix.join(folder, name);
    writeFileSync(file, content);
    console.log(`written: ${file}`);
  }
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
