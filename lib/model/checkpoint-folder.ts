import { join } from 'node:path';
import { LaminetError } from '../errors';
import { isFolder, listFolder, makeFolder, removeFile } from '../files/folder';
import { leftoverOf, writeWhole } from '../files/write-whole';

const NAME = /^step-(\d{10,16})[.]safetensors$/;

/** A checkpoint in a folder, by the steps that its run had made. */
interface CheckpointName {
  readonly steps: number;
  readonly name: string;
}

/** The checkpoints in a folder, the oldest first. */
async function checkpointsIn(folder: string): Promise<CheckpointName[]> {
  const found = (await listFolder(folder)).flatMap((name) => {
    const digits = NAME.exec(name)?.[1];
    return digits === undefined ? [] : [{ steps: Number(digits), name }];
  });
  return found.sort((a, b) => a.steps - b.steps);
}

/** The newest checkpoint of a folder; undefined where it has none. Error: `E_FILE` where there is no such folder. */
export async function newestCheckpoint(folder: string): Promise<string | undefined> {
  const last = (await checkpointsIn(folder)).at(-1);
  return last && join(folder, last.name);
}

/** The checkpoint that a path means: the file itself, or the newest in a folder. Error: `E_FILE` where there is none. */
export async function checkpointAt(path: string): Promise<string> {
  if (!(await isFolder(path))) return path;
  const newest = await newestCheckpoint(path);
  if (newest !== undefined) return newest;
  throw new LaminetError('E_FILE', `cannot resume from ${path}: there is no checkpoint in the folder`, {
    action: 'resume',
    path,
  });
}

/** Writes checkpoints to a folder of one run, and keeps the last ones. */
export class CheckpointFolder {
  readonly path: string;
  readonly #kept: number;
  readonly #write: (path: string, content: Uint8Array) => Promise<void>;

  /**
   * @param kept how many checkpoints stay
   * @param write writes a file whole or not at all
   */
  constructor(path: string, kept: number, write: (path: string, content: Uint8Array) => Promise<void> = writeWhole) {
    this.path = path;
    this.#kept = kept;
    this.#write = write;
  }

  /**
   * Makes the folder, and sweeps what writes that never ended have left in it.
   * @param fresh whether the run begins anew, which needs a folder without checkpoints
   * Errors: `E_FILE`; `E_OPTION` for checkpoints of another run.
   */
  async open(fresh: boolean): Promise<void> {
    await makeFolder(this.path);
    for (const name of await listFolder(this.path)) {
      const meant = leftoverOf(name);
      if (meant !== undefined && NAME.test(meant)) await removeFile(join(this.path, name));
    }
    const newest = fresh ? await newestCheckpoint(this.path) : undefined;
    if (newest === undefined) return;
    throw new LaminetError(
      'E_OPTION',
      `checkpoint.folder ${this.path} must hold no checkpoints of another run, found ${newest}; go on from it with resume, or take another folder`,
      { option: 'checkpoint.folder', found: newest },
    );
  }

  /**
   * Writes a checkpoint, then removes older ones but for the last few; newer ones stay.
   * @param steps that the run has made
   * @returns the file's path
   * Error: `E_FILE`; the checkpoints that were there are there still.
   */
  async write(steps: number, content: Uint8Array): Promise<string> {
    const path = join(this.path, `step-${String(steps).padStart(10, '0')}.safetensors`);
    await this.#write(path, content);
    const upToThis = (await checkpointsIn(this.path)).filter((checkpoint) => checkpoint.steps <= steps);
    for (const { name } of upToThis.slice(0, -this.#kept)) await removeFile(join(this.path, name));
    return path;
  }
}
