import type { Command, NetworkName, Setting, Task } from './protocol';

/** Something that trains or runs networks, laminet among them. */
export interface Peer {
  readonly name: string;
  /** Its version and what it was built with. */
  readonly description: string;
  /** Where its calls come from: `JavaScript`, `Python`, `C++`. */
  readonly calledFrom: string;
  /** What it can be asked for. */
  readonly tasks: readonly { readonly task: Task; readonly network: NetworkName }[];
  /** The settings that it may do best with; the bench tries all and takes the fastest for each batch size. */
  readonly settings: readonly Setting[];
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

export const canDo = (peer: Peer, task: Task, network: NetworkName): boolean =>
  peer.tasks.some((able) => able.task === task && able.network === network);

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
