/**
 * How the bench talks to a peer in a process of its own: lines of words on its standard input, one answer a line.
 *
 *     ready 2.6.0 (oneDNN 3.7, OpenBLAS)            the peer, once: what it is
 *     train lenet5 64 60000 2 channels_last         the bench: task, network, batch, images (or calls), threads, layout
 *     ok 4.013                                      the peer: the seconds that count
 *     error RuntimeError: not enough memory         or why there are none
 *
 * Lines that begin with another word are the peer's own talk and are passed over.
 */

export type NetworkName = 'lenet5' | 'vgg-small';
export type Task = 'train' | 'infer';

/** How a peer is run. A layout of `-` is the only one that it has. */
export interface Setting {
  readonly threads: number;
  readonly layout: string;
}

export interface Command {
  readonly task: Task;
  readonly network: NetworkName;
  readonly batch: number;
  /** Images to train on, or calls of `batch` images each. */
  readonly amount: number;
  readonly setting: Setting;
}

export type Answer =
  | { readonly kind: 'ready' | 'error'; readonly text: string }
  | { readonly kind: 'ok'; readonly seconds: number };

export function formatCommand({ task, network, batch, amount, setting }: Command): string {
  return [task, network, batch, amount, setting.threads, setting.layout].join(' ');
}

/** Error: for a line that is no command. */
export function parseCommand(line: string): Command {
  const [task, network, batch, amount, threads, layout = '-'] = line.trim().split(/\s+/);
  if ((task !== 'train' && task !== 'infer') || (network !== 'lenet5' && network !== 'vgg-small')) {
    throw new Error(`no command: ${line}`);
  }
  return {
    task,
    network,
    batch: Number(batch),
    amount: Number(amount),
    setting: { threads: Number(threads), layout },
  };
}

/** Undefined for the peer's own talk. */
export function parseAnswer(line: string): Answer | undefined {
  const [word = '', ...rest] = line.trim().split(' ');
  const text = rest.join(' ');
  if (word === 'ready' || word === 'error') return { kind: word, text };
  const seconds = Number(text);
  if (word !== 'ok' || text === '') return undefined;
  return seconds > 0 && Number.isFinite(seconds)
    ? { kind: 'ok', seconds }
    : { kind: 'error', text: `${text} is no time` };
}

/** The setting in words: `2 threads, channels_last`. */
export function describeSetting({ threads, layout }: Setting): string {
  const words = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return layout === '-' ? words : `${words}, ${layout}`;
}
