import { appendFile } from 'node:fs/promises';
import { toFileError } from './file-error';

/**
 * A file that grows while something goes on that must not wait for it.
 *
 * What comes before there is a path waits for {@link open}; after that it is appended, what comes during a write together. A
 * process that is killed leaves at most the last piece cut off.
 */
export class AppendedFile {
  #path: string | undefined;
  #waiting: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  #failure: unknown;

  /** Takes in a piece. What went wrong in an earlier write is thrown here. Error: `E_FILE`. */
  append(piece: Uint8Array | string): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#waiting.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
    this.#write();
  }

  /** Says where the pieces go from now on; those that waited are written, and where there are none, an empty file. */
  open(path: string): void {
    this.#path = path;
    this.#waiting.push(new Uint8Array(0));
    this.#write();
  }

  /** Waits until all pieces are on the disk. Error: `E_FILE`. */
  async settle(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #write(): void {
    const path = this.#path;
    if (path === undefined || this.#writing !== undefined || this.#waiting.length === 0) return;
    this.#writing = this.#appendAll(path).finally(() => {
      this.#writing = undefined;
      if (this.#failure === undefined) this.#write();
    });
  }

  async #appendAll(path: string): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    try {
      await appendFile(path, bytes);
    } catch (cause) {
      this.#failure ??= toFileError('append to', path, cause);
    }
  }
}
