import type { Command } from 'commander';
import { isFolder } from '../files/folder';
import { DigitReader } from '../live/digit-reader';
import { openDrawPage } from '../live/draw-page';
import { loadModel } from '../model/load-model';
import { readRun } from '../run/read-run';
import { addBackendOptions, type BackendOptions, toBackendOptions } from './options';
import type { CommandContext } from './terminal';
import { addPortOption, checkPort } from './watch';

interface DrawOptions extends BackendOptions {
  readonly port: number;
}

const EXAMPLES = `
Examples:
  $ laminet draw runs/2026-03-05-14-07-09-lenet5
  $ laminet draw model.safetensors --port 8080`;

/** Adds `laminet draw`. */
export function addDrawCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('draw')
    .summary('draw digits in the browser and see what a network makes of them')
    .description(
      'Serves a page on 127.0.0.1 on which you draw a digit, and see the probabilities and the maps of every layer as you draw. Ctrl-C ends it.',
    )
    .argument('<model>', 'a run folder, or a .safetensors file that `save` wrote');
  addPortOption(command);
  addBackendOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((path: string, options: DrawOptions) => draw(path, options, context));
}

async function draw(path: string, options: DrawOptions, { io, print }: CommandContext): Promise<void> {
  const port = checkPort(options.port);
  const backend = toBackendOptions(options);
  const weights = (await isFolder(path)) ? (await readRun(path)).weightsPath : path;
  using model = await loadModel(weights, { compile: false });
  const reader = new DigitReader(model, backend);
  try {
    const { url, close } = await openDrawPage(port, model.name, reader);
    print(`${model.name}: ${reader.backendDescription}`);
    print(`page: ${url}`);
    await untilAborted(io.signal);
    await close();
  } finally {
    reader.dispose();
  }
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
