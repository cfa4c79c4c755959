import type { Machine } from './machine';

/** One table of the bench. */
export interface Section<Rows> {
  /** What `--only` calls it, and its place in the JSON. */
  readonly name: string;
  readonly title: string;
  /** What the table tells, for those who read it. */
  describe(machine: Machine): string;
  measure(machine: Machine, rounds: number): Rows | Promise<Rows>;
  format(rows: Rows): string;
}

/** A section whose rows only it looks into: they go to a file and come back. */
export type AnySection = Section<unknown>;

/** Forgets what rows are made of. */
export function section<Rows>(typed: Section<Rows>): AnySection {
  return { ...typed, format: (rows) => typed.format(rows as Rows) };
}
