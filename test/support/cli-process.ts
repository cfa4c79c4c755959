import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';

/** The command as a process of its own. */
export interface CliProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** The exit code, null where it was killed, and what it has printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

/**
 * Starts the command from the sources.
 * @param onLine hears each line of its standard output
 */
export function startCli(argv: readonly string[], onLine?: (line: string) => void): CliProcess {
  const child = spawn(process.execPath, ['-r', './scripts/register-typescript.cjs', 'lib/cli/main.ts', ...argv]);
  let [out, err, line] = ['', '', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    const lines = (line + text).split('\n');
    line = lines.pop() ?? '';
    for (const whole of lines) onLine?.(whole);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  return { child, ended };
}
