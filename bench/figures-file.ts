import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeWhole } from '../lib/files/write-whole';
import type { Machine } from './machine';

/** What is known of one table's figures besides themselves. */
export interface Stamp {
  readonly date: string;
  readonly machine: Machine;
  /** Counted ones. */
  readonly rounds: number;
  /** Whether rounds were too short for figures to be kept. */
  readonly quick: boolean;
}

/** One table, and what it was measured on. */
export interface Measured extends Stamp {
  readonly rows: unknown;
}

/** Tables by name: what a bench leaves in build/. */
export type Figures = Readonly<Record<string, Measured>>;

/** The tables in a file; none where there is no file. Error: for a file that holds something else. */
export function readFigures(file: string): Figures {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {};
  }
  return JSON.parse(text) as Figures;
}

/** Puts one table into a file and keeps the others there, so that what was measured outlives a run that is cut off. */
export async function keepFigures(file: string, name: string, measured: Measured): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  await writeWhole(file, `${JSON.stringify({ ...readFigures(file), [name]: measured }, null, 2)}\n`);
}
