import { types } from 'node:util';
import { Command, CommanderError } from 'commander';
import { LaminetError } from '../errors';
import { libraryVersion } from '../run/version';
import { addCompareCommand } from './compare';
import { addCompletionCommand } from './completion';
import { addDrawCommand } from './draw';
import { addEvaluateCommand } from './evaluate';
import { addGradcheckCommand } from './gradcheck';
import { addInspectCommand } from './inspect';
import { addReportCommand } from './report';
import { addReproduceCommand } from './reproduce';
import { addResumeCommand } from './resume';
import { addRunsCommand } from './runs';
import { type CliIo, type CommandContext, chooseColors } from './terminal';
import { addTrainCommand } from './train';
import { addWatchCommand } from './watch';

/** What the command exits with. */
const EXIT = { done: 0, failed: 1, usage: 2, aborted: 130 } as const;

const EXAMPLES = `
Examples:
  $ laminet train lenet5
  $ laminet resume runs/2026-03-05-14-07-09-lenet5
  $ laminet inspect lenet5 --program
  $ laminet gradcheck lenet5
  $ laminet evaluate runs/2026-03-05-14-07-09-lenet5
  $ laminet report runs/2026-03-05-14-07-09-lenet5
  $ laminet runs
  $ laminet compare runs/2026-03-05-14-07-09-lenet5 runs/2026-03-05-14-09-30-lenet5
  $ laminet watch runs
  $ laminet draw runs/2026-03-05-14-07-09-lenet5

Exit codes: 0 done, 1 failed (the reason on the standard error), 2 wrong usage, 130 stopped by Ctrl-C.`;

/**
 * Runs the `laminet` command.
 * @param argv the arguments after the command's name
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 aborted by the signal
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = new Command('laminet');
  const context: CommandContext = {
    io,
    print: (line) => void io.stdout.write(`${line}\n`),
    warn: (sentence) => say(io, sentence),
    colors: () => chooseColors(io, program.opts<{ color: boolean }>().color),
    exitWith: (code) => {
      exitCode = code;
    },
  };
  program
    .description('Trains and runs convolutional networks on the CPU.')
    .version(libraryVersion())
    .option('--no-color', 'plain text')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    // Errors are printed below, in one sentence.
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: () => undefined })
    .addHelpText('after', EXAMPLES);
  addTrainCommand(program, context);
  addResumeCommand(program, context);
  addEvaluateCommand(program, context);
  addReportCommand(program, context);
  addRunsCommand(program, context);
  addCompareCommand(program, context);
  addInspectCommand(program, context);
  addGradcheckCommand(program, context);
  addWatchCommand(program, context);
  addDrawCommand(program, context);
  addReproduceCommand(program, context);
  addCompletionCommand(program, context);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, argv, program, io);
  }
}

/** Prints an error as one sentence and returns the exit code that belongs to it. */
function reportError(error: unknown, argv: readonly string[], program: Command, io: CliIo): number {
  if (error instanceof CommanderError) {
    // Help and version end the parsing, too.
    if (error.exitCode === 0) return EXIT.done;
    say(io, usageSentence(error, argv, program));
    return EXIT.usage;
  }
  if (error instanceof LaminetError) say(io, error.message);
  else {
    const message = types.isNativeError(error) ? error.message : String(error);
    say(io, `unexpected error: ${message} (set LAMINET_DEBUG=1 for the stack)`);
  }
  if (io.env.LAMINET_DEBUG && types.isNativeError(error)) io.stderr.write(`${error.stack}\n`);
  return error instanceof LaminetError && error.code === 'E_ABORTED' ? EXIT.aborted : EXIT.failed;
}

function say(io: CliIo, sentence: string): void {
  io.stderr.write(`laminet: ${oneLine(sentence)}\n`);
}

/** Commander's message, and where to read more. */
function usageSentence(error: CommanderError, argv: readonly string[], program: Command): string {
  const [word, topic] = argv.filter((argument) => !argument.startsWith('-'));
  const command = program.commands.find((candidate) => candidate.name() === word);
  const help = `laminet ${command ? `${command.name()} ` : ''}--help`;
  let reason = error.message.replace(/^error: /, '').replace(/\.$/, '');
  // Where commander would print the whole help instead.
  if (error.code === 'commander.help') reason = word === 'help' ? `unknown command '${topic}'` : 'a command is missing';
  return `${reason}; see ${help}`;
}

/** Commander puts suggestions on a line of their own. */
function oneLine(text: string): string {
  return text.trim().replace(/\.?\s*\n\s*/g, ' ');
}
