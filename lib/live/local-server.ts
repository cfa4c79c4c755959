import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LaminetError } from '../errors';
import { fileErrorCode } from '../files/file-error';

/** What is sent. */
export interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: string | Uint8Array;
}

/** What a page may ask its server to do. */
export interface Action {
  /** The one content type of its bodies. */
  readonly type: string;
  /** The most bytes that a body may have. */
  readonly limit: number;
  readonly run: (body: Buffer) => Answer | Promise<Answer>;
}

/** What a server has, each by its path below the token; the page itself is at the empty path. */
export interface Routes {
  /** Answered to GET as they are. */
  readonly files: Readonly<Record<string, Answer>>;
  /** Answered to GET, for as long as they like. */
  readonly streams?: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>>;
  /** Answered to POST. */
  readonly actions?: Readonly<Record<string, Action>>;
}

/** A server for the pages of this machine's user. */
export interface LocalServer {
  /** Of the page, the token in it. */
  readonly url: string;
  /** Ends it, also answers that are under way. */
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';
/** Bytes of randomness in a token. */
const TOKEN_BYTES = 18;
/** Milliseconds that a request may take to arrive. */
const REQUEST_MS = 10_000;

/**
 * Inline styles are what charts write; scripts come from this server alone. Nothing else is loaded, the page is framed by
 * nobody, and sends its address, which holds the token, to nobody.
 */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** An answer of one sentence. */
export function sayPlainly(status: number, sentence: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n` };
}

/**
 * Opens a server on 127.0.0.1. It answers whoever knows the random token of its address, and asks by that address: another name
 * in the Host header, to which somebody else's DNS has given this address, is refused. Actions must come from its own page, by
 * the Origin header, which browsers always send with a POST. No other origin is allowed to read anything.
 * @param port 0 for a free one
 * Error: `E_OPTION` where the port cannot be listened on.
 */
export async function openLocalServer(port: number, routes: Routes): Promise<LocalServer> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS });
  await listen(server, port);
  const origin = `http://${ADDRESS}:${(server.address() as AddressInfo).port}`;
  server.on('request', (request, response) => {
    // A connection that breaks is no error of anybody's.
    response.on('error', () => undefined);
    answer(request, response, { routes, token, origin }).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, failureAnswer(error));
    });
  });
  return {
    url: `${origin}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const code = fileErrorCode(cause);
      const reason = code === 'EADDRINUSE' ? 'another program uses it' : String(code ?? cause);
      const message = `the port ${port} of ${ADDRESS} cannot be listened on: ${reason}; expected a free one`;
      reject(new LaminetError('E_OPTION', message, { option: 'port', found: port }, { cause }));
    });
    server.listen(port, ADDRESS, resolve);
  });
}

/** What was asked for wrongly, in the library's words; of anything else, only that it failed. */
function failureAnswer(error: unknown): Answer {
  return error instanceof LaminetError ? sayPlainly(400, error.message) : sayPlainly(500, 'the server failed');
}

interface Guard {
  readonly routes: Routes;
  readonly token: string;
  readonly origin: string;
}

async function answer(request: IncomingMessage, response: ServerResponse, guard: Guard): Promise<void> {
  const path = permittedPath(request, guard);
  if (typeof path !== 'string') return send(response, path);
  const { files, streams = {}, actions = {} } = guard.routes;
  const [file, stream, action] = [own(files, path), own(streams, path), own(actions, path)];
  if (!file && !stream && !action) return send(response, sayPlainly(404, 'there is nothing of that name'));
  const method = action ? 'POST' : 'GET';
  if (request.method !== method) {
    response.setHeader('allow', method);
    return send(response, sayPlainly(405, `expected ${method}`));
  }
  if (file) return send(response, file);
  if (stream) {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    return stream(request, response);
  }
  if (action) return send(response, await act(request, action, guard.origin));
}

const own = <T>(table: Readonly<Record<string, T>>, path: string): T | undefined =>
  Object.hasOwn(table, path) ? table[path] : undefined;

/** The path below the token, or why there is no answer. */
function permittedPath({ headers, url = '' }: IncomingMessage, { token, origin }: Guard): string | Answer {
  if (`http://${headers.host}` !== origin) return sayPlainly(403, 'expected the Host of the address that was printed');
  const [, first = '', ...rest] = (url.split('?')[0] ?? '').split('/');
  const [found, expected] = [Buffer.from(first), Buffer.from(token)];
  const known = found.length === expected.length && timingSafeEqual(found, expected);
  return known && rest.length > 0 ? rest.join('/') : sayPlainly(403, 'expected the address that was printed');
}

async function act(request: IncomingMessage, action: Action, origin: string): Promise<Answer> {
  const { headers } = request;
  const site = headers['sec-fetch-site'] ?? 'same-origin';
  if (headers.origin !== origin || site !== 'same-origin') return sayPlainly(403, 'expected a request of the page');
  if (headers['content-type'] !== action.type) return sayPlainly(415, `expected ${action.type}`);
  const body = await readBody(request, action.limit);
  return body ? action.run(body) : sayPlainly(413, `expected at most ${action.limit} bytes`);
}

/** The body, or undefined where it is longer: what follows is then read into nothing, in the time that a request has. */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else resolve(undefined);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
  });
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { ...HEADERS, ...(type && { 'content-type': type }) });
  response.end(body);
}
