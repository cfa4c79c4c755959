import type { Command, Setting, Task } from './protocol';

/** Something that a peer can be asked for. */
export interface Ability {
  readonly task: Task;
  /** The network, layer or optimizer. */
  readonly subject: string;
  /** The settings that it may do best with; the bench tries all and takes the fastest for each comparison. */
  readonly settings: readonly Setting[];
}

/** Something that trains or runs networks, laminet among them. */
export interface Peer {
  readonly name: string;
  /** Its version and what it was built with. */
  readonly description: string;
  /** Where its calls come from: `JavaScript`, `Python`, `C++`. */
  readonly calledFrom: string;
  readonly abilities: readonly Ability[];
  /** The seconds that count. Error: where it cannot. */
  run(command: Command): Promise<number>;
  close(): void;
}

/** A peer, or part of its figures, that is left out. */
export interface Omission {
  readonly name: string;
  readonly reason: string;
}

/** A peer that may not be on this machine: opening it gives the peer, or throws the reason. */
export interface PeerSource {
  readonly name: string;
  open(): Promise<Peer>;
}

/** The settings in which a peer can do something; none where it cannot. */
export function settingsFor({ abilities }: Peer, task: Task, subject: string): readonly Setting[] {
  return abilities.find((able) => able.task === task && able.subject === subject)?.settings ?? [];
}

/** One thread, and as many as laminet has, with each variant. */
export function settingsOf(threads: number, variants: readonly string[] = ['-']): Setting[] {
  return [...new Set([threads, 1])].flatMap((count) => variants.map((variant) => ({ threads: count, variant })));
}

/** Opens what is there, and names what is not. */
export async function openPeers(sources: readonly PeerSource[]): Promise<{ peers: Peer[]; missing: Omission[] }> {
  const peers: Peer[] = [];
  const missing: Omission[] = [];
  for (const source of sources) {
    try {
      peers.push(await source.open());
    } catch (error) {
      missing.push({ name: source.name, reason: firstLine(error) });
    }
  }
  return { peers, missing };
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n')[0] ?? '';
}
