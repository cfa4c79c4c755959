/** Repeated measurements of one thing. */
export interface Sample {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly runs: number;
}

/** Median and spread of some measurements. */
export function summarize(values: readonly number[]): Sample {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return {
    median: median ?? Number.NaN,
    least: sorted[0] ?? Number.NaN,
    most: sorted.at(-1) ?? Number.NaN,
    runs: sorted.length,
  };
}

/** Something that can be run and takes time. */
export interface Contender {
  readonly name: string;
  /** One run: returns the seconds that count. */
  run(): Promise<number>;
}

/**
 * Runs contenders in turn, A B C A B C ..., after one round that is not counted: what slows the machine down for a while
 * slows all of them. Returns the seconds of each, in the order of the rounds.
 */
export async function interleavedSeconds(
  contenders: readonly Contender[],
  rounds: number,
): Promise<Map<string, number[]>> {
  const seconds = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      const taken = await contender.run();
      if (round > 0) seconds.get(contender.name)?.push(taken);
    }
  }
  return seconds;
}

/** Median and spread of {@link interleavedSeconds}. */
export async function interleave(contenders: readonly Contender[], rounds: number): Promise<Map<string, Sample>> {
  const seconds = await interleavedSeconds(contenders, rounds);
  return new Map([...seconds].map(([name, values]) => [name, summarize(values)]));
}

/** How many times as long `theirs` take as `ours`, round by round: what slowed a round down slowed both. */
export function ratios(theirs: readonly number[], ours: readonly number[]): Sample {
  return summarize(theirs.map((seconds, round) => seconds / (ours[round] ?? Number.NaN)));
}
