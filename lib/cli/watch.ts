import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { LaminetError } from '../errors';
import { openLivePage } from '../live/live-page';
import { RunFollower } from '../live/run-follower';
import type { TrainingOrder } from '../live/training-session';
import { checkWhole, parseNumber } from './options';
import type { CommandContext } from './terminal';

interface WatchOptions {
  readonly port: number;
}

const EXAMPLES = `
Examples:
  $ laminet watch runs
  $ laminet watch runs/2026-03-05-14-07-09-lenet5 runs/2026-03-05-14-09-31-lenet5
  $ laminet watch runs --port 8080`;

const FAILED = 1;
const POLL_MS = 300;
const LARGEST_PORT = 65_535;

/** Adds `laminet watch`. */
export function addWatchCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('watch')
    .summary('show runs in the browser while they go on')
    .description(
      'Serves a page on 127.0.0.1 that shows the curves of runs, which other processes may be training. Ctrl-C ends it.',
    )
    .argument('<run...>', 'run folders, or folders of runs: of those the 12 newest, and all that come');
  addPortOption(command)
    .addHelpText('after', EXAMPLES)
    .action((paths: readonly string[], options: WatchOptions) => watch(paths, options, context));
}

/** Adds `--port`. */
export function addPortOption(command: Command): Command {
  return command.option('--port <n>', 'of the page on 127.0.0.1 (0: a free one)', parseNumber, 0);
}

/** The checked value of `--port`. Error: `E_OPTION`. */
export function checkPort(port: number): number {
  return checkWhole('--port', port, 0, LARGEST_PORT);
}

async function watch(paths: readonly string[], { port }: WatchOptions, { io, print }: CommandContext): Promise<void> {
  const page = await openLivePage(checkPort(port), 'look');
  try {
    const follower = new RunFollower(page.runs);
    for (const path of paths) await follower.follow(path);
    print(`page: ${page.url}`);
    while (!io.signal?.aborted) {
      await follower.poll();
      await sleep(POLL_MS, undefined, { signal: io.signal }).catch(() => undefined);
    }
  } finally {
    await page.close();
  }
}

/**
 * Trains with a page that shows it and steers it, and goes on as long as the page asks for more. Ctrl-C ends it.
 * @param train one training; an order is missing for the first
 */
export async function trainWatched(
  context: CommandContext,
  port: number,
  train: (context: CommandContext, order: TrainingOrder | undefined) => Promise<void>,
): Promise<void> {
  const { io, print } = context;
  const { url, session, close } = await openLivePage(checkPort(port), 'steer');
  try {
    print(`page: ${url}`);
    const attempt = async (signal: AbortSignal, order: TrainingOrder | undefined): Promise<void> => {
      // That the page has stopped a run is no failure of the command.
      const exitWith = (code: number): void => {
        if (io.signal?.aborted) context.exitWith(code);
      };
      try {
        await train({ ...context, io: { ...io, signal }, exitWith, session }, order);
      } catch (error) {
        // What went wrong before there was a run is for the terminal alone.
        if (!session.hasBegun || !(error instanceof LaminetError)) throw error;
        io.stderr.write(`laminet: ${error.message}\n`);
        context.exitWith(FAILED);
      }
      if (!io.signal?.aborted) print('the page stays; Ctrl-C ends it');
    };
    let order: TrainingOrder | undefined;
    do {
      const current = order;
      order = await session.train((signal) => attempt(signal, current), io.signal);
    } while (order);
  } finally {
    await close();
  }
}
