import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a path of the server answers. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on this machine. */
export interface MirrorServer {
  /** Its address, with a slash behind it. */
  readonly base: string;
  /** By path, without the first slash; anything else is 404. */
  readonly answers: Map<string, Answer>;
  /** Path and range of each request, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

export async function startMirror(): Promise<MirrorServer> {
  const answers = new Map<string, Answer>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    requests.push(request.headers.range ? `${path} ${request.headers.range}` : path);
    const answer = answers.get(path) ?? status(404);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    answers,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const status =
  (code: number): Answer =>
  (_request, response) => {
    response.writeHead(code).end('no such thing');
  };

export const redirect =
  (location: string): Answer =>
  (_request, response) => {
    response.writeHead(302, { location }).end();
  };

/** The whole content, whatever range is asked for. */
export const whole =
  (content: Uint8Array): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-length': content.length }).end(content);
  };

/** The content, or the range of it that is asked for. */
export const ranged =
  (content: Uint8Array): Answer =>
  (request, response) => {
    const begin = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = content.subarray(begin);
    if (begin > 0) {
      const range = `bytes ${begin}-${content.length - 1}/${content.length}`;
      response.writeHead(206, { 'content-range': range, 'content-length': rest.length });
    } else response.writeHead(200, { 'content-length': content.length });
    response.end(rest);
  };

/** The first bytes of the content, after which the connection breaks. */
export const broken =
  (content: Uint8Array, sent: number): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, sent), () => setTimeout(() => response.destroy(), 50));
  };

/** The first bytes of the content, then nothing more, without an end. */
export const stalled =
  (content: Uint8Array, sent: number): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, sent));
  };

/** The content without its length being told before. */
export const unannounced =
  (content: Uint8Array): Answer =>
  (_request, response) => {
    response.writeHead(200);
    response.end(content);
  };
