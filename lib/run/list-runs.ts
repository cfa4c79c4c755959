import { join } from 'node:path';
import { LaminetError } from '../errors';
import { isFolder, listFolder } from '../files/folder';
import { type Run, readRun } from './read-run';
import { RUN_FILES } from './run-record';

/** The run folders in a folder. */
export interface RunList {
  /** The newest first. */
  readonly runs: readonly { readonly folder: string; readonly run: Run }[];
  /** Why folders that hold files of a run are none, each in a sentence. */
  readonly faults: readonly string[];
}

/** Reads the run folders in a folder; others are passed over. Error: `E_FILE` where there is no such folder. */
export async function listRuns(folder: string): Promise<RunList> {
  const runs: { folder: string; run: Run }[] = [];
  const faults: string[] = [];
  for (const name of await listFolder(folder)) {
    const path = join(folder, name);
    try {
      if (await holdsRun(path)) runs.push({ folder: path, run: await readRun(path) });
    } catch (error) {
      if (!(error instanceof LaminetError)) throw error;
      faults.push(error.message);
    }
  }
  const begin = ({ run }: (typeof runs)[number]): number => Date.parse(run.config.startedAt);
  return { runs: runs.sort((a, b) => begin(b) - begin(a)), faults };
}

async function holdsRun(path: string): Promise<boolean> {
  if (!(await isFolder(path))) return false;
  const names = await listFolder(path);
  return names.includes(RUN_FILES.config) || names.includes(RUN_FILES.history);
}
