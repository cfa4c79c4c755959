import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { availableProcessors } from '../../lib/backends/available-processors';
import { keepFigures } from '../figures-file';
import { describeMachine, type Machine, machineLine } from '../machine';
import { wholeNumber } from '../options';
import { chooseSections } from '../sections';
import { compareAll } from './compare';
import { formatOmissions, formatPeers, type PeerRows } from './figures';
import { laminetInference, laminetTraining } from './laminet';
import { openPeers, type Peer } from './peer';
import { PEER_SECTIONS, type PeerSection } from './sections';
import { convNetJs, onnxRuntime, pytorch, tensorflowJs, tinyDnn } from './sources';
import type { Limits } from './tune';

const USAGE = `npm run bench:peers -- [--only NAME]... [--rounds N] [--threads N] [--quick] [--python FILE] [--json FILE]

Trains and runs the same networks in laminet and in what else is on this machine, in turns, and prints tables. Each table
goes to the file of figures as soon as it is there; what the file has of other tables stays.
  --only NAME     one table alone, or several: ${PEER_SECTIONS.map(({ name }) => name).join(', ')}
  --rounds N      counted rounds (default: 3)
  --threads N     threads of laminet, and the most that a peer may use (default: one a processor)
  --quick         rounds of a fraction of a second, to see that everything runs: no figures to keep
  --python FILE   a Python with PyTorch (default: the first of python3, /usr/bin/python3, ... that has it)
  --json FILE     where the figures go (default: build/bench-peers.json; with --quick build/bench-peers-quick.json)`;

const FULL: Limits = { trialSeconds: 0.3, roundSeconds: 2, unitSeconds: 8 };
const QUICK: Limits = { trialSeconds: 0.03, roundSeconds: 0.2, unitSeconds: 2 };

/** What one run is told. */
interface Run {
  readonly machine: Machine;
  readonly chosen: readonly PeerSection[];
  readonly rounds: number;
  readonly quick: boolean;
  readonly json: string;
}

/** Measures table after table, and prints and keeps each as it is done. */
async function measure({ machine, chosen, rounds, quick, json }: Run, python: string | undefined): Promise<void> {
  const limits = quick ? QUICK : FULL;
  const { threads } = machine;
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const wanted = new Set(chosen.flatMap(({ comparisons }) => comparisons.map(({ task }) => task)));
  const { peers: others, missing } = await openPeers([
    pytorch(threads, python),
    ...(wanted.has('train') || wanted.has('infer')
      ? [tinyDnn(threads), convNetJs(), tensorflowJs(), onnxRuntime(threads)]
      : []),
  ]);
  const peers: Peer[] = [laminetTraining(machine, version), ...laminetInference(machine, version), ...others];
  try {
    const described = peers
      .filter(({ name }) => name === 'laminet' || others.some((other) => other.name === name))
      .map(({ name, description, calledFrom }) => ({ name, description, calledFrom }));
    console.log(`\n${formatPeers(described)}\n${formatOmissions(missing)}`);
    for (const { name, title, describe, comparisons, roundShare, format } of chosen) {
      const scaled = {
        ...limits,
        trialSeconds: limits.trialSeconds * roundShare,
        roundSeconds: limits.roundSeconds * roundShare,
      };
      const { rows, omissions } = await compareAll(peers, comparisons, scaled, rounds);
      console.log(
        `\n${title} (--only ${name})\n${describe(machine)}\n\n${format(rows)}\n${formatOmissions(omissions)}`,
      );
      const found: PeerRows = { peers: described, omissions: [...missing, ...omissions], rows };
      await keepFigures(json, name, { date: new Date().toISOString(), machine, rounds, quick, rows: found });
    }
  } finally {
    for (const peer of peers) peer.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      threads: { type: 'string', default: String(availableProcessors()) },
      rounds: { type: 'string', default: '3' },
      quick: { type: 'boolean', default: false },
      python: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { quick, json = quick ? 'build/bench-peers-quick.json' : 'build/bench-peers.json' } = values;
  const chosen = chooseSections(PEER_SECTIONS, values.only);
  const rounds = wholeNumber('--rounds', values.rounds);
  const [load = 0] = loadavg();
  if (load > 0.5) console.log(`the machine is busy (load ${load.toFixed(1)}): times will be too long\n`);
  const machine = describeMachine(wholeNumber('--threads', values.threads));
  console.log(machineLine(machine));
  await measure({ machine, chosen, rounds, quick, json }, values.python);
  console.log(`\nfigures are in ${json}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
