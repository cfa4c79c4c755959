/** Why a mirror does not give the file; the next one may. */
export class MirrorFault extends Error {}

/** The bytes that a server sends. */
export interface MirrorBytes {
  /** Which byte of the file is the first: 0 from a server that knows no ranges. */
  readonly begin: number;
  /** The next bytes; undefined at the end. Error: {@link MirrorFault}. */
  read(): Promise<Uint8Array | undefined>;
  close(): void;
}

/** What is asked of a server. */
export interface MirrorRequest {
  readonly url: string;
  /** The first byte that is wanted. */
  readonly begin: number;
  /** The length of the whole file. */
  readonly bytes: number;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/** A server that sends less than this is given up. */
const LEAST_BYTES_PER_SECOND = 1024;

/**
 * Asks a server for a file, or for what is missing of it; redirections are followed.
 * Error: {@link MirrorFault} for an answer that cannot be it, a broken connection, a server that is too slow.
 */
export async function openMirror({ url, begin, bytes, timeout, signal }: MirrorRequest): Promise<MirrorBytes> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  signal?.addEventListener('abort', stop);
  let received = 0;
  let slow = false;
  const timer = setInterval(() => {
    slow = received < (LEAST_BYTES_PER_SECOND * timeout) / 1000;
    received = 0;
    if (slow) controller.abort();
  }, timeout);
  const close = (): void => {
    clearInterval(timer);
    signal?.removeEventListener('abort', stop);
    controller.abort();
  };
  const network = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      const seconds = timeout / 1000;
      const reason = slow ? `it sent less than a kilobyte a second for ${seconds} s` : reasonOf(cause);
      throw new MirrorFault(reason, { cause });
    }
  };
  try {
    if (signal?.aborted) stop();
    // Compressed on its way, a file would arrive inflated, with another length and sum.
    const headers = { 'accept-encoding': 'identity', ...(begin > 0 ? { range: `bytes=${begin}-` } : {}) };
    const response = await network(() => fetch(url, { headers, signal: controller.signal }));
    const start = firstByte(response, begin, bytes);
    const reader = response.body?.getReader();
    const read = async (): Promise<Uint8Array | undefined> => {
      const { value } = reader ? await network(() => reader.read()) : {};
      received += value?.length ?? 0;
      return value;
    };
    return { begin: start, read, close };
  } catch (cause) {
    close();
    throw cause;
  }
}

/** Which byte of the file an answer begins with. Error: {@link MirrorFault} for an answer that is none, or of another length. */
function firstByte({ status, headers }: Response, begin: number, bytes: number): number {
  if (status === 206 && begin > 0) {
    const range = headers.get('content-range') ?? '';
    const match = /^bytes (\d+)-\d+[/](\d+|\*)$/.exec(range);
    if (Number(match?.[1]) === begin && (match?.[2] === '*' || Number(match?.[2]) === bytes)) return begin;
    throw new MirrorFault(`it answers with the range ${JSON.stringify(range)}, not from ${begin} of ${bytes}`);
  }
  if (status !== 200) throw new MirrorFault(`HTTP status ${status}`);
  const length = headers.get('content-length');
  if (length !== null && headers.get('content-encoding') === null && Number(length) !== bytes) {
    throw new MirrorFault(`it has ${length} bytes, expected ${bytes}`);
  }
  return 0;
}

/** What happened, of the innermost error: that of `fetch` says only that it failed. */
function reasonOf(cause: unknown): string {
  const inner = (cause as { cause?: unknown }).cause ?? cause;
  const { code, message } = inner as { code?: unknown; message?: unknown };
  return String(message || code || inner);
}
