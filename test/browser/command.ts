import { runCli } from '../../lib/cli/run-cli';
import { type CapturedIo, captureIo } from '../support/captured-output';

/** A command that serves a page until it is stopped. */
export interface ServingCommand {
  readonly url: string;
  readonly io: CapturedIo;
  /** What Ctrl-C does; the exit code. */
  stop(): Promise<number>;
}

/** Starts a command and waits for the address that it prints. */
export async function serve(...argv: string[]): Promise<ServingCommand> {
  const controller = new AbortController();
  const io = captureIo({ signal: controller.signal });
  const address = new Promise<string>((resolve) => {
    io.stdout.onText = () => {
      const [, url] = /^page: (\S+)\n/m.exec(io.stdout.text) ?? [];
      if (url) resolve(url);
    };
  });
  const ended = runCli(argv, io);
  const failed = ended.then((code) => {
    throw new Error(`${argv.join(' ')} ended with ${code}: ${io.stderr.text}`);
  });
  const url = await Promise.race([address, failed]);
  failed.catch(() => undefined);
  return {
    url,
    io,
    stop: () => {
      controller.abort();
      return ended;
    },
  };
}
