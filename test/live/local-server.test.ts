import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { type Answer, type LocalServer, openLocalServer, type Routes } from '../../lib/live/local-server';

const LIMIT = 100;

const routes: Routes = {
  files: { '': { status: 200, type: 'text/html', body: 'the page' } },
  actions: {
    act: {
      type: 'application/json',
      limit: LIMIT,
      run: (body): Answer => {
        if (body.toString() === 'fail') throw new TypeError('a bug');
        return { status: 200, body };
      },
    },
  },
};

let server: LocalServer;
let url: URL;

beforeEach(async () => {
  server = await openLocalServer(0, routes);
  url = new URL(server.url);
});

afterEach(() => server.close());

/** The status of a request with headers as they are given. */
function statusOf(
  path: string,
  method: string,
  headers: Record<string, string>,
  body = '',
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: url.port, path, method, headers };
    httpRequest(options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end(body);
  });
}

const post = (headers: Record<string, string>, body = '{}'): Promise<number | undefined> =>
  statusOf(`${url.pathname}act`, 'POST', { host: url.host, 'content-type': 'application/json', ...headers }, body);

test('gives its files to whoever knows the address, and headers that keep others out', async () => {
  expect(url.hostname).toBe('127.0.0.1');
  expect(url.pathname).toMatch(/^\/[\w-]{24}\/$/);
  const response = await fetch(url);
  expect(await response.text()).toBe('the page');
  const headers = Object.fromEntries(response.headers);
  expect(headers).toMatchObject({
    'content-type': 'text/html',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
  );
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test('two servers have two tokens', async () => {
  const other = await openLocalServer(0, routes);
  expect(new URL(other.url).pathname).not.toBe(url.pathname);
  await other.close();
});

describe('refuses', () => {
  const host = (): Record<string, string> => ({ host: url.host });

  test.each(['/', '/x', `/${'x'.repeat(24)}/`, '/%', '//', '/..'])('the path %s without the token', async (path) => {
    expect(await statusOf(path, 'GET', host())).toBe(403);
  });

  test('a token with something behind it, and one without its slash', async () => {
    expect(await statusOf(`${url.pathname.slice(0, -1)}x/`, 'GET', host())).toBe(403);
    expect(await statusOf(url.pathname.slice(0, -1), 'GET', host())).toBe(403);
  });

  test.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', 'localhost'])(
    'the Host %j',
    async (name) => {
      expect(await statusOf(url.pathname, 'GET', { host: name })).toBe(403);
    },
  );

  test.each(['nothing', '__proto__', 'constructor', 'act/x'])('what is not there: %s', async (path) => {
    expect(await statusOf(url.pathname + path, 'GET', host())).toBe(404);
  });

  test('other methods', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']) {
      expect(await statusOf(url.pathname, method, { ...host(), origin: url.origin })).toBe(405);
    }
    expect(await statusOf(`${url.pathname}act`, 'GET', host())).toBe(405);
    expect(await statusOf(`${url.pathname}act`, 'OPTIONS', { ...host(), origin: 'http://evil.example' })).toBe(405);
  });

  test('actions that its own page does not ask for', async () => {
    expect(await post({ origin: url.origin })).toBe(200);
    expect(await post({ origin: url.origin, 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await post({})).toBe(403);
    expect(await post({ origin: 'null' })).toBe(403);
    expect(await post({ origin: 'http://evil.example' })).toBe(403);
    expect(await post({ origin: url.origin, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await post({ origin: url.origin, 'content-type': 'text/plain' })).toBe(415);
  });

  test('bodies that are too long, by their length and as they come', async () => {
    const { origin } = url;
    expect(await post({ origin }, 'x'.repeat(LIMIT))).toBe(200);
    expect(await post({ origin }, 'x'.repeat(LIMIT + 1))).toBe(413);
    expect(await post({ origin }, 'x'.repeat(2 ** 22))).toBe(413);
    expect(await post({ origin, 'transfer-encoding': 'chunked' }, 'x'.repeat(2 ** 20))).toBe(413);
  });

  const answerTo = (text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(Number(url.port), '127.0.0.1', () => socket.write(text));
      socket.setEncoding('latin1').once('data', (answer: string) => {
        socket.destroy();
        resolve(answer);
      });
    });

  test('requests without a Host', async () => {
    expect(await answerTo(`GET ${url.pathname} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1.1 403 /);
    expect(await answerTo(`GET ${url.pathname} HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
  });

  test('what is no HTTP', async () => {
    expect(await answerTo('\0\0 nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });
});

test('survives actions that fail and connections that break, and says nothing of why', async () => {
  const { origin } = url;
  const headers = { origin, 'content-type': 'application/json' };
  const failed = await fetch(new URL('act', url), { method: 'POST', headers, body: 'fail' });
  expect([failed.status, await failed.text()]).toEqual([500, 'the server failed\n']);
  await new Promise<void>((resolve) => {
    const head = `POST ${url.pathname}act HTTP/1.1\r\nHost: ${url.host}\r\nOrigin: ${origin}\r\n`;
    const socket = connect(Number(url.port), '127.0.0.1', () => {
      socket.write(`${head}Content-Type: application/json\r\nContent-Length: 50\r\n\r\nhalf`, () => {
        socket.destroy();
        resolve();
      });
    });
  });
  expect(await post({ origin })).toBe(200);
});

test('a port that is in use is told of', async () => {
  await expect(openLocalServer(Number(url.port), routes)).rejects.toMatchObject({
    code: 'E_OPTION',
    message: `the port ${url.port} of 127.0.0.1 cannot be listened on: another program uses it; expected a free one`,
  });
});
