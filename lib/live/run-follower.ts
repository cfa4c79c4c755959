import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LaminetError } from '../errors';
import { fileErrorCode, toFileError } from '../files/file-error';
import { listFolder } from '../files/folder';
import { parseEvent } from '../run/read-events';
import { type Run, readRun } from '../run/read-run';
import { RUN_FILES } from '../run/run-record';
import type { LiveRun, LiveRuns } from './live-runs';

/** Of a folder of runs, how many of those that are there already are followed: the newest. */
const MOST_RUNS = 12;
const CHUNK_BYTES = 2 ** 20;

/** Follows run folders, which other processes may be writing. */
export class RunFollower {
  readonly #runs: LiveRuns;
  readonly #followed = new Map<string, FollowedRun>();
  /** Folders of runs, and what was in them at first and is not followed. */
  readonly #folders = new Map<string, ReadonlySet<string>>();

  constructor(runs: LiveRuns) {
    this.#runs = runs;
  }

  /**
   * Follows a run folder; or, of a folder of runs, the newest 12, and those that come.
   * Errors: `E_FILE` where neither is there, `E_FORMAT` for a malformed run.
   */
  async follow(path: string): Promise<void> {
    const names = await listFolder(path);
    if (names.includes(RUN_FILES.config)) return this.#add(path, await readRun(path));
    const found: string[] = [];
    for (const name of names) if (await isFile(join(path, name, RUN_FILES.config))) found.push(name);
    this.#folders.set(path, new Set(found.slice(0, -MOST_RUNS)));
  }

  /** Tells of what has come since the last time. A run that turns out to be malformed is told of as such, once. */
  async poll(): Promise<void> {
    for (const [folder, left] of this.#folders) {
      for (const name of await listFolder(folder)) {
        const path = join(folder, name);
        if (left.has(name) || this.#followed.has(path) || !(await isFile(join(path, RUN_FILES.history)))) continue;
        this.#add(path, await readRun(path));
      }
    }
    for (const run of this.#followed.values()) await run.poll();
  }

  #add(path: string, run: Run): void {
    if (!this.#followed.has(path)) this.#followed.set(path, new FollowedRun(path, run, this.#runs));
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(fileErrorCode(cause) ?? '')) return false;
    throw toFileError('read', path, cause);
  }
}

class FollowedRun {
  readonly #path: string;
  readonly #live: LiveRun;
  /** When the history was written that was told of. */
  #written: number | undefined;
  #offset = 0;
  #lines = 0;
  /** What follows the last end of line. */
  #rest = '';
  #decoder = new TextDecoder();
  #failed = false;

  constructor(path: string, { config }: Run, runs: LiveRuns) {
    this.#path = path;
    this.#live = runs.add(basename(path), config);
  }

  async poll(): Promise<void> {
    if (this.#failed) return;
    try {
      await this.#readEvents();
      await this.#readHistory();
    } catch (error) {
      if (!(error instanceof LaminetError)) throw error;
      this.#failed = true;
      this.#live.stand({ status: 'running', failure: `the run cannot be followed: ${error.message}` });
    }
  }

  async #readEvents(): Promise<void> {
    const path = join(this.#path, RUN_FILES.events);
    if (!(await isFile(path))) return;
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(CHUNK_BYTES);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        this.#take(this.#decoder.decode(buffer.subarray(0, bytesRead), { stream: true }), path);
      }
    } catch (cause) {
      throw toFileError('read', path, cause);
    } finally {
      await file.close();
    }
  }

  #take(text: string, path: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#lines += 1;
      this.#live.tell(parseEvent(line, path, `line ${this.#lines}`));
    }
  }

  async #readHistory(): Promise<void> {
    const { mtimeMs } = await stat(join(this.#path, RUN_FILES.history)).catch((cause: unknown) => {
      throw toFileError('read', this.#path, cause);
    });
    if (this.#written === mtimeMs) return;
    this.#written = mtimeMs;
    this.#live.stand((await readRun(this.#path)).history);
  }
}
