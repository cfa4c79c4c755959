import { Writable } from 'node:stream';
import type { CliIo } from '../../lib/cli/terminal';

/** A stream that keeps what is written to it. */
export class CapturedOutput extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 120;
  /** Hears every text as it is written. */
  onText: ((text: string) => void) | undefined;

  constructor(isTTY = false) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    this.onText?.(String(chunk));
    done();
  }
}

/** The command line's streams, captured. */
export interface CapturedIo extends CliIo {
  readonly stdout: CapturedOutput;
  readonly stderr: CapturedOutput;
}

/** Streams and surroundings for a command under test: no terminal and an empty environment, unless told otherwise. */
export function captureIo(options: { terminal?: boolean; env?: CliIo['env']; signal?: AbortSignal } = {}): CapturedIo {
  const { terminal = false, env = {}, signal } = options;
  return {
    stdout: new CapturedOutput(terminal),
    stderr: new CapturedOutput(terminal),
    env,
    ...(signal ? { signal } : {}),
  };
}
