import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DownloadProgress, download } from '../../lib/files/download';
import {
  broken,
  type MirrorServer,
  ranged,
  redirect,
  stalled,
  startMirror,
  status,
  unannounced,
  whole,
} from '../support/mirror-server';

const content = new Uint8Array(300_000).map((_, index) => (index * index) >> 3);
const wrong = content.map((byte) => byte ^ 1);
const sha256 = createHash('sha256').update(content).digest('hex');

let server: MirrorServer;
let folder: string;
let path: string;

beforeEach(async () => {
  server = await startMirror();
  folder = await mkdtemp(join(tmpdir(), 'laminet-download-'));
  path = join(folder, 'file.bin');
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const get = (names: readonly string[], options: Partial<Parameters<typeof download>[0]> = {}): Promise<void> => {
  const urls = names.map((name) => server.base + name);
  return download({ path, urls, bytes: content.length, sha256, timeout: 1000, ...options });
};

async function expectInstalled(): Promise<void> {
  expect(Buffer.compare(await readFile(path), content)).toBe(0);
  expect(await readdir(folder)).toEqual(['file.bin']);
}

test('a file, with progress up to its end', async () => {
  server.answers.set('a', whole(content));
  const heard: DownloadProgress[] = [];
  await get(['a'], { onProgress: (progress) => heard.push(progress) });
  await expectInstalled();
  expect(server.requests).toEqual(['a']);
  const bytes = heard.map(({ receivedBytes }) => receivedBytes);
  expect([...bytes].sort((a, b) => a - b)).toEqual(bytes);
  expect(heard.at(-1)).toEqual({
    file: 'file.bin',
    receivedBytes: 300_000,
    totalBytes: 300_000,
    url: `${server.base}a`,
  });
});

test('a redirection is followed', async () => {
  server.answers.set('a', redirect('/elsewhere'));
  server.answers.set('elsewhere', unannounced(content));
  await get(['a']);
  await expectInstalled();
});

test.each([
  ['404', status(404)],
  ['500', status(500)],
  ['the right length, but other bytes', whole(wrong)],
  ['another length', whole(content.subarray(1))],
  ['less, unannounced', unannounced(wrong.subarray(0, 1000))],
  ['more, unannounced', unannounced(Buffer.concat([content, content]))],
  ['a broken connection', broken(content, 1000)],
  ['nothing at all', stalled(content, 0)],
  ['a redirection in a circle', redirect('/a')],
])('after a mirror with %s the next one is asked', async (_what, answer) => {
  server.answers.set('a', answer);
  server.answers.set('b', ranged(content));
  await get(['a', 'b']);
  await expectInstalled();
});

test('what is there already is not asked for again', async () => {
  server.answers.set('a', broken(content, 100_000));
  server.answers.set('b', ranged(content));
  await get(['a', 'b']);
  await expectInstalled();
  // How much arrives before the connection breaks is the system's affair.
  expect(server.requests).toEqual(['a', expect.stringMatching(/^b bytes=[1-9]\d*-$/)]);
});

test('a server that knows no ranges starts again', async () => {
  await writeFile(`${path}.part`, wrong.subarray(0, 5000));
  server.answers.set('a', whole(content));
  await get(['a']);
  await expectInstalled();
  expect(server.requests).toEqual(['a bytes=5000-']);
});

test('a part of something else is thrown away, and the same mirror asked again', async () => {
  await writeFile(`${path}.part`, wrong.subarray(0, 5000));
  server.answers.set('a', ranged(content));
  await get(['a']);
  await expectInstalled();
  expect(server.requests).toEqual(['a bytes=5000-', 'a']);
});

test.each([300_000, 300_001])('a part of %d bytes, all right or too long', async (length) => {
  await writeFile(`${path}.part`, Buffer.concat([content, Buffer.of(0)]).subarray(0, length));
  server.answers.set('a', ranged(content));
  await get(['a']);
  await expectInstalled();
  expect(server.requests).toEqual(length === content.length ? [] : ['a']);
});

test('a range that was not asked for is refused', async () => {
  await writeFile(`${path}.part`, content.subarray(0, 5000));
  server.answers.set('a', (_request, response) => {
    response.writeHead(206, { 'content-range': 'bytes 0-9/300000', 'content-length': 10 }).end(content.subarray(0, 10));
  });
  server.answers.set('b', ranged(content));
  await get(['a', 'b']);
  await expectInstalled();
});

test('a mirror that works the third time', async () => {
  let asked = 0;
  server.answers.set('a', (request, response) => {
    asked += 1;
    (asked < 3 ? status(503) : whole(content))(request, response);
  });
  await get(['a'], { timeout: 50 });
  await expectInstalled();
  expect(asked).toBe(3);
});

test('without a mirror that gives it, the error tells of each, and nothing is installed', async () => {
  server.answers.set('b', whole(wrong));
  server.answers.set('c', stalled(content, 10));
  const error: unknown = await get(['a', 'b', 'c'], { timeout: 100 }).catch((cause: unknown) => cause);
  expect(error).toMatchObject({
    code: 'E_DOWNLOAD',
    details: {
      faults: {
        [`${server.base}a`]: 'HTTP status 404',
        [`${server.base}b`]: `its SHA-256 is not ${sha256}`,
        [`${server.base}c`]: 'it sent less than a kilobyte a second for 0.1 s',
      },
    },
  });
  expect((error as Error).message).toMatch(/^cannot download file.bin \(http:.* give the folder of the files/);
  expect(await readdir(folder)).not.toContain('file.bin');
});

test('a server that is not there', async () => {
  const closed = await startMirror();
  await closed.close();
  await expect(get([], { urls: [closed.base], timeout: 50 })).rejects.toMatchObject({
    code: 'E_DOWNLOAD',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('a server that trickles is given up', async () => {
  server.answers.set('a', (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    const timer = setInterval(() => response.write(content.subarray(0, 1)), 5);
    response.on('close', () => clearInterval(timer));
  });
  server.answers.set('b', whole(content));
  await get(['a', 'b']);
  await expectInstalled();
});

test('a signal stops it, and the next download goes on', async () => {
  server.answers.set('a', stalled(content, 50_000));
  const controller = new AbortController();
  const onProgress = ({ receivedBytes }: DownloadProgress): void => {
    if (receivedBytes === 50_000) controller.abort();
  };
  await expect(get(['a'], { signal: controller.signal, onProgress, timeout: 60_000 })).rejects.toMatchObject({
    code: 'E_ABORTED',
    message: 'downloading file.bin was stopped',
  });
  expect(await readdir(folder)).toEqual(['file.bin.part']);
  server.answers.set('a', ranged(content));
  await get(['a']);
  await expectInstalled();
  expect(server.requests).toEqual(['a', 'a bytes=50000-']);
});

test('a signal that is aborted already, and one during a pause', async () => {
  await expect(get(['a'], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'E_ABORTED' });
  expect(server.requests).toEqual([]);
  const controller = new AbortController();
  server.answers.set('a', (request, response) => {
    status(500)(request, response);
    setTimeout(() => controller.abort(), 20);
  });
  await expect(get(['a'], { signal: controller.signal, timeout: 60_000 })).rejects.toMatchObject({ code: 'E_ABORTED' });
});

test('what onProgress throws ends it', async () => {
  server.answers.set('a', whole(content));
  const onProgress = (): void => {
    throw new RangeError('mine');
  };
  await expect(get(['a'], { onProgress })).rejects.toThrow('mine');
  expect(server.requests).toEqual(['a']);
});

test('a disk that does not take it is no fault of the mirror', async () => {
  server.answers.set('a', whole(content));
  await expect(get(['a'], { path: join(folder, 'none', 'file.bin') })).rejects.toMatchObject({ code: 'E_FILE' });
  expect(server.requests).toEqual(['a']);
});
