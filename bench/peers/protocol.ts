/**
 * How the bench talks to a peer in a process of its own: lines of words on its standard input, one answer a line.
 *
 *     ready 2.6.0 (oneDNN 3.7, OpenBLAS)            the peer, once: what it is
 *     train lenet5 64 60000 2 channels_last         the bench: task, subject, batch, amount, threads, variant
 *     ok 4.013                                      the peer: the seconds that count
 *     error RuntimeError: not enough memory         or why there are none
 *
 * Lines that begin with another word are the peer's own talk and are passed over.
 */

/**
 * What is measured: training a network or calling it, training steps of a single layer (forward and backward), training
 * steps of a network by an optimizer.
 */
const TASKS = ['train', 'infer', 'layer', 'optimizer'] as const;
export type Task = (typeof TASKS)[number];

/** How a peer is run. */
export interface Setting {
  readonly threads: number;
  /** A memory layout, or another choice that it leaves open; `-` where there is none. */
  readonly variant: string;
}

export interface Command {
  readonly task: Task;
  /** The network, layer or optimizer. */
  readonly subject: string;
  readonly batch: number;
  /** Images to train on; or calls, or steps, of `batch` images each. */
  readonly amount: number;
  readonly setting: Setting;
}

export type Answer =
  | { readonly kind: 'ready' | 'error'; readonly text: string }
  | { readonly kind: 'ok'; readonly seconds: number };

export function formatCommand({ task, subject, batch, amount, setting }: Command): string {
  return [task, subject, batch, amount, setting.threads, setting.variant].join(' ');
}

/** Error: for a line that is no command. */
export function parseCommand(line: string): Command {
  const [word, subject = '', batch, amount, threads, variant = '-'] = line.trim().split(/\s+/);
  const task = TASKS.find((known) => known === word);
  if (!task) throw new Error(`no command: ${line}`);
  return {
    task,
    subject,
    batch: Number(batch),
    amount: Number(amount),
    setting: { threads: Number(threads), variant },
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
export function describeSetting({ threads, variant }: Setting): string {
  const words = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return variant === '-' ? words : `${words}, ${variant}`;
}
