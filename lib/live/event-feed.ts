import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LiveMessage } from './messages';

/** How much a message matters to who comes later. */
export interface Keeping {
  /** The message takes the place of the one before it of this slot. */
  readonly slot?: string;
  /** Whether it may be forgotten when there are very many. */
  readonly spare?: boolean;
}

interface Reader {
  readonly response: ServerResponse;
  /** The number of the last message that it was sent. */
  last: number;
  /** Whether it takes no more for now. */
  full: boolean;
}

/** How many messages are kept while there are spare ones among them. */
const MOST_MESSAGES = 20_000;
/** How often a silent connection shows that it lives, in milliseconds. */
const SIGN_MS = 15_000;
/** After how many milliseconds a page asks again when its connection is lost. */
const RETRY_MS = 1_000;

/**
 * Messages as server-sent events: a page that comes, or comes back, is told everything that it has not heard and that still
 * matters. Messages are numbered; by `Last-Event-ID` a browser says which one it has heard last.
 * Source: HTML Living Standard, section 9.2, server-sent events.
 */
export class EventFeed {
  /** By their numbers, in their order. */
  readonly #messages = new Map<number, string>();
  readonly #slots = new Map<string, number>();
  readonly #spare = new Set<number>();
  readonly #readers = new Set<Reader>();
  #count = 0;

  /** Sends a message to all pages, and keeps it for those that come later. */
  publish(message: LiveMessage, { slot, spare = false }: Keeping = {}): void {
    this.#count += 1;
    const text = `id: ${this.#count}\ndata: ${JSON.stringify(message)}\n\n`;
    if (slot !== undefined) {
      this.#messages.delete(this.#slots.get(slot) ?? 0);
      this.#slots.set(slot, this.#count);
    }
    this.#messages.set(this.#count, text);
    if (spare) this.#spare.add(this.#count);
    this.#forget();
    for (const reader of this.#readers) if (!reader.full) this.#write(reader, this.#count, text);
  }

  /** Answers a request for the feed. */
  readonly stream = (request: IncomingMessage, response: ServerResponse): void => {
    const heard = Number(request.headers['last-event-id'] ?? 0);
    const last = Number.isSafeInteger(heard) && heard <= this.#count ? heard : 0;
    const reader: Reader = { response, last, full: false };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: ${RETRY_MS}\n\n`);
    const signs = setInterval(() => void response.write(':\n\n'), SIGN_MS);
    signs.unref();
    response.on('drain', () => this.#catchUp(reader));
    response.once('close', () => {
      clearInterval(signs);
      this.#readers.delete(reader);
    });
    this.#readers.add(reader);
    this.#catchUp(reader);
  };

  /** Says goodbye to all pages, which then do not ask again. */
  async close(): Promise<void> {
    this.publish({ type: 'bye' });
    for (const { response } of this.#readers) response.end();
    // What was written is handed to the system before connections are closed.
    await new Promise(setImmediate);
  }

  /** Sends what a page has not heard, as much as it takes: the rest waits in the feed, where it is anyway. */
  #catchUp(reader: Reader): void {
    reader.full = false;
    for (const [number, text] of this.#messages) {
      if (number <= reader.last) continue;
      this.#write(reader, number, text);
      if (reader.full) return;
    }
  }

  #write(reader: Reader, number: number, text: string): void {
    reader.last = number;
    reader.full = !reader.response.write(text);
  }

  #forget(): void {
    if (this.#messages.size <= MOST_MESSAGES) return;
    const [oldest] = this.#spare;
    if (oldest === undefined) return;
    this.#spare.delete(oldest);
    this.#messages.delete(oldest);
  }
}
