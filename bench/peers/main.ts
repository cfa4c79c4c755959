import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, type Machine } from '../machine';
import { type Comparison, type ComparisonRow, compare } from './compare';
import { EPOCH, formatInference, formatPeers, formatSteps, formatTraining, type PeerFigures } from './figures';
import { laminetInference, laminetTraining } from './laminet';
import { type Omission, openPeers, type Peer } from './peer';
import { convNetJs, onnxRuntime, pytorch, tensorflowJs, tinyDnn } from './sources';
import type { Limits } from './tune';

const USAGE = `npm run bench:peers -- [--rounds N] [--threads N] [--quick] [--python FILE] [--json FILE]

Trains and runs the same networks in laminet and in what else is on this machine, in turns, and prints tables.
  --rounds N      counted rounds (default: 5)
  --threads N     threads of laminet, and the most that a peer may use (default: one a processor)
  --quick         rounds of a fraction of a second, to see that everything runs: no figures to keep
  --python FILE   a Python with PyTorch (default: the first of python3, /usr/bin/python3, ... that has it)
  --json FILE     where the figures go (default: build/bench-peers.json)`;

/** Training steps of many seconds are worth waiting for only where the figures are kept. */
const FULL: Limits = { trialSeconds: 0.5, roundSeconds: 5, unitSeconds: 40 };
const QUICK: Limits = { trialSeconds: 0.05, roundSeconds: 0.3, unitSeconds: 4 };

const BATCHES = [1, 16, 64, 256];
const VGG_BATCH = 128;
/** Inference calls in a round, and its length: no more are needed. */
const CALLS = 100_000;
const CALLS_SECONDS = 1;

/** Measures comparison after comparison; what is left out is added to `omissions`. */
async function compareAll(
  peers: readonly Peer[],
  comparisons: readonly Comparison[],
  limits: Limits,
  rounds: number,
  omissions: Omission[],
): Promise<ComparisonRow[]> {
  const expected = new Map<string, number>();
  const rows: ComparisonRow[] = [];
  for (const comparison of comparisons) {
    const result = await compare(peers, comparison, limits, rounds, expected);
    rows.push(...result.rows);
    omissions.push(...result.omissions);
  }
  return rows;
}

function checkCount(value: string, option: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new Error(`${option} must be a whole number of at least 1`);
  return count;
}

/** All comparisons, printed as they are done. */
async function measure(
  machine: Machine,
  { rounds, quick, python }: { rounds: number; quick: boolean; python: string | undefined },
): Promise<PeerFigures> {
  const limits = quick ? QUICK : FULL;
  const loadBefore = loadavg()[0] ?? 0;
  if (loadBefore > 0.5) console.log(`the machine is busy (load ${loadBefore.toFixed(1)}): times will be too long\n`);
  const { threads } = machine;
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const laminet = laminetTraining(machine, version);
  const predictors = laminetInference(machine, version);
  const { peers: others, missing: omissions } = await openPeers([
    pytorch(threads, python),
    tinyDnn(threads),
    convNetJs(),
    tensorflowJs(),
    onnxRuntime(threads),
  ]);
  const opened = [laminet, ...others];
  try {
    const described = opened.map(({ name, description, calledFrom }) => ({ name, description, calledFrom }));
    console.log(`${formatPeers({ peers: described, omissions })}\n`);
    const named = omissions.length;

    console.log(`training lenet5: ${EPOCH.toLocaleString('en-US')} images, medians of ${rounds} interleaved rounds`);
    const steps = BATCHES.map((batch) => ({ task: 'train', network: 'lenet5', batch, most: EPOCH }) as const);
    const training = await compareAll(opened, steps, limits, rounds, omissions);
    console.log(`${formatTraining(training)}\n`);

    console.log('inference of lenet5: one image and 64, called from JavaScript where not said otherwise');
    const calls = [1, 64].map((batch) => ({ task: 'infer', network: 'lenet5', batch, most: CALLS }) as const);
    const short = { ...limits, roundSeconds: Math.min(limits.roundSeconds, CALLS_SECONDS) };
    const inference = await compareAll([...predictors, ...others], calls, short, rounds, omissions);
    console.log(`${formatInference(inference)}\n`);

    console.log(`training vgg-small: steps of ${VGG_BATCH} images of 3x32x32`);
    const vgg = { task: 'train', network: 'vgg-small', batch: VGG_BATCH, most: 4 * VGG_BATCH } as const;
    const vggSmall = await compareAll(opened, [vgg], limits, Math.min(rounds, 3), omissions);
    console.log(formatSteps(vggSmall));
    for (const { name, reason } of omissions.slice(named)) console.log(`left out: ${name}: ${reason}`);
    const date = new Date().toISOString();
    return { date, machine, loadBefore, rounds, quick, peers: described, omissions, training, inference, vggSmall };
  } finally {
    for (const peer of [...opened, ...predictors]) peer.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      threads: { type: 'string', default: String(availableParallelism()) },
      rounds: { type: 'string', default: '5' },
      quick: { type: 'boolean', default: false },
      python: { type: 'string' },
      json: { type: 'string', default: 'build/bench-peers.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const machine = describeMachine(checkCount(values.threads, '--threads'));
  console.log(`${machine.processor}, ${machine.cores} cores, ${machine.instructionSet}, Node ${machine.node}`);
  const rounds = checkCount(values.rounds, '--rounds');
  const figures = await measure(machine, { rounds, quick: values.quick, python: values.python });
  mkdirSync(path.dirname(values.json), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  console.log(`\nwritten to ${values.json}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
