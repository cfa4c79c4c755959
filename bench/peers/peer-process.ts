import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Peer } from './peer';
import { type Answer, type Command, formatCommand, parseAnswer } from './protocol';

/** Longer than any peer takes for one command: it has got stuck. */
const PATIENCE_SECONDS = 600;

/** How a peer's process is started. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** A child process that is there from the first command to the last, so that its start is never measured. */
class PeerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  #errors = '';
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  #ended: string | undefined;

  constructor({ command, args, env = process.env }: Launch) {
    this.#child = spawn(command, args, { env });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-2000);
    });
    this.#child.stdin.on('error', () => this.#end('its input closed'));
    this.#child.on('error', (error) => this.#end(error.message));
    this.#child.on('close', (code, signal) => this.#end(`it ended with ${signal ?? `code ${code}`}`));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const answer = parseAnswer(line);
      if (answer) this.#settle()?.resolve(answer);
    });
  }

  /** Its next answer. Errors: if it ends first, or takes too long. */
  answer(line?: string): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      if (this.#ended) return reject(new Error(this.#ended));
      const timer = setTimeout(() => {
        this.#end(`no answer in ${PATIENCE_SECONDS} s`);
        this.close();
      }, PATIENCE_SECONDS * 1000);
      const settled =
        <T>(then: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer);
          then(value);
        };
      this.#waiting = { resolve: settled(resolve), reject: settled(reject) };
      if (line !== undefined) this.#child.stdin.write(`${line}\n`);
    });
  }

  close(): void {
    this.#child.kill();
  }

  #settle() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  #end(reason: string): void {
    const last = this.#errors.trim().split('\n').at(-1) ?? '';
    this.#ended ??= last === '' ? reason : `${reason}: ${last}`;
    this.#settle()?.reject(new Error(this.#ended));
  }
}

/** Starts a peer's process and waits until it is ready. */
export async function openPeerProcess(
  launch: Launch,
  peer: Omit<Peer, 'description' | 'run' | 'close'>,
): Promise<Peer> {
  const child = new PeerProcess(launch);
  const first = await child.answer();
  if (first.kind !== 'ready') throw new Error(first.kind === 'error' ? first.text : 'it did not say that it is ready');
  return {
    ...peer,
    description: first.text,
    async run(command: Command) {
      const answer = await child.answer(formatCommand(command));
      if (answer.kind === 'ok') return answer.seconds;
      throw new Error(answer.text);
    },
    close: () => child.close(),
  };
}
