import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Figures, readFigures } from './figures-file';
import { drawTraining, fillFigures, formatFigures } from './page';
import { peerRows } from './peers/figures';
import { PEER_SECTIONS } from './peers/sections';
import { SECTIONS } from './sections';

const USAGE = `npm run bench:docs -- [--draft] [--bench FILE] [--peers FILE]

Writes the figures of npm run bench and npm run bench:peers into docs/benchmarks.md, and draws docs/benchmarks.svg. All
tables must be there.
  --draft        into build/ instead, also where tables are missing or come from a --quick run, to look at
  --bench FILE   the figures of npm run bench (default: build/bench.json)
  --peers FILE   the figures of npm run bench:peers (default: build/bench-peers.json)`;

/** Error: where tables are missing, or are none to keep. */
function checkComplete(figures: Figures, sections: readonly { readonly name: string }[], script: string): void {
  for (const { name } of sections) {
    const table = figures[name];
    if (!table) throw new Error(`the table ${name} is missing: npm run ${script} -- --only ${name}`);
    if (table.quick)
      throw new Error(`the table ${name} comes from a --quick run, which is not for the docs: give --draft`);
  }
}

function main(): void {
  const { values } = parseArgs({
    options: {
      draft: { type: 'boolean', default: false },
      bench: { type: 'string', default: 'build/bench.json' },
      peers: { type: 'string', default: 'build/bench-peers.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const bench = readFigures(values.bench);
  const peers = readFigures(values.peers);
  if (!values.draft) {
    checkComplete(bench, SECTIONS, 'bench');
    checkComplete(peers, PEER_SECTIONS, 'bench:peers');
  }
  const folder = values.draft ? 'build' : 'docs';
  const page = fillFigures(readFileSync('docs/benchmarks.md', 'utf8'), formatFigures(bench, peers));
  const { lenet5 } = peers;
  const files = { 'benchmarks.md': page, ...(lenet5 && { 'benchmarks.svg': drawTraining(peerRows(lenet5).rows) }) };
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
