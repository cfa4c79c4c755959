import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { cacheFolder } from '../../lib/data/cache-folder';
import { installArchive, installFiles, type PublishedArchive } from '../../lib/data/install';
import { loadCifar10, loadMnist } from '../../lib/data/load';
import { writeCifarFolder } from '../support/cifar-folder';
import { type MirrorServer, ranged, stalled, startMirror, status, whole } from '../support/mirror-server';
import { tarBytes } from '../support/tar-bytes';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let server: MirrorServer;
let cache: string;

beforeEach(async () => {
  server = await startMirror();
  cache = await mkdtemp(path.join(tmpdir(), 'laminet-cache-'));
});

afterEach(async () => {
  await server.close();
  await rm(cache, { recursive: true });
});

const contents = { 'one.bin': Buffer.from('one'), 'two.bin': Buffer.alloc(100_000, 2) };
const files = Object.entries(contents).map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256(bytes) }));
const options = () => ({ cache, mirrors: [server.base], timeout: 1000 });

/** Publishes an archive on the server. */
function publish(packed: Uint8Array): PublishedArchive {
  server.answers.set('set.tar.gz', ranged(packed));
  const archive = { name: 'set.tar.gz', bytes: packed.length, sha256: sha256(packed) };
  return { name: 'set', mirrors: [], files, archive };
}

const packed = gzipSync(
  tarBytes([
    { path: 'somewhere/', type: '5' },
    ...Object.entries(contents).map(([name, content]) => ({ path: `somewhere/${name}`, content })),
    { path: 'somewhere/readme.html', content: Buffer.from('hello') },
  ]),
);

describe('single files', () => {
  const published = { name: 'set', mirrors: [], files };

  beforeEach(() => {
    for (const [name, bytes] of Object.entries(contents)) server.answers.set(name, ranged(bytes));
  });

  test('are downloaded once, into a cache that need not be there', async () => {
    const deep = path.join(cache, 'deep', 'down');
    const folder = await installFiles(published, { ...options(), cache: deep });
    expect(folder).toBe(path.join(deep, 'set'));
    expect(await readdir(folder)).toEqual(['one.bin', 'two.bin']);
    expect(await readdir(deep)).toEqual(['set']);
    await installFiles(published, { ...options(), cache: deep });
    expect(server.requests).toEqual(['one.bin', 'two.bin']);
  });

  test('only what is missing', async () => {
    await mkdir(path.join(cache, 'set'));
    await writeFile(path.join(cache, 'set', 'one.bin'), 'one');
    await installFiles(published, options());
    expect(server.requests).toEqual(['two.bin']);
  });

  test('several calls at once download each file once', async () => {
    await Promise.all([1, 2, 3].map(() => installFiles(published, options())));
    expect(server.requests).toEqual(['one.bin', 'two.bin']);
  });
});

describe('an archive', () => {
  test('is unpacked into a folder that appears whole, and goes', async () => {
    const published = publish(packed);
    const folder = await installArchive(published, options());
    expect(await readdir(folder)).toEqual(['one.bin', 'two.bin']);
    expect(await readFile(path.join(folder, 'one.bin'), 'utf8')).toBe('one');
    expect(await readdir(cache)).toEqual(['set']);
    await installArchive(published, options());
    expect(server.requests).toEqual(['set.tar.gz']);
  });

  test('what is left of an earlier attempt, and a folder that lacks a file, are replaced', async () => {
    await mkdir(path.join(cache, 'set.partial'));
    await writeFile(path.join(cache, 'set.partial', 'rubbish'), 'x');
    await mkdir(path.join(cache, 'set'));
    await writeFile(path.join(cache, 'set', 'one.bin'), 'one');
    const folder = await installArchive(publish(packed), options());
    expect(await readdir(folder)).toEqual(['one.bin', 'two.bin']);
    expect(await readdir(cache)).toEqual(['set']);
  });

  test.each([
    ['a file that is another', gzipSync(tarBytes([{ path: 'one.bin', content: Buffer.from('two') }]))],
    ['a file missing', gzipSync(tarBytes([{ path: 'one.bin', content: contents['one.bin'] }]))],
    ['a cut archive inside', gzipSync(tarBytes([{ path: 'one.bin', content: contents['one.bin'] }]).subarray(0, 600))],
    ['a cut gzip', packed.subarray(0, -20)],
    ['no gzip at all', Buffer.from('text')],
  ])('with %s is refused, and nothing is installed', async (_what, bytes) => {
    await expect(installArchive(publish(bytes), options())).rejects.toMatchObject({ code: 'E_FORMAT' });
    expect(await readdir(cache)).not.toContain('set');
  });

  test('that no mirror has leaves the cache without it', async () => {
    const published = publish(packed);
    server.answers.set('set.tar.gz', status(404));
    await expect(installArchive(published, { ...options(), timeout: 50 })).rejects.toMatchObject({
      code: 'E_DOWNLOAD',
    });
    expect(await readdir(cache)).toEqual([]);
  });

  test('that was broken off goes on where it was', async () => {
    const published = publish(packed);
    server.answers.set('set.tar.gz', stalled(packed, 100));
    const controller = new AbortController();
    const stopped = { ...options(), signal: controller.signal, onProgress: () => controller.abort() };
    await expect(installArchive(published, stopped)).rejects.toMatchObject({ code: 'E_ABORTED' });
    expect(await readdir(cache)).toEqual(['set.tar.gz.part']);
    server.answers.set('set.tar.gz', ranged(packed));
    await installArchive(published, options());
    expect(server.requests).toEqual(['set.tar.gz', 'set.tar.gz bytes=100-']);
  });
});

test.each([
  [{ mirrors: [] }, 'mirrors must be addresses that begin with http:// or https://, found none'],
  [{ mirrors: ['ftp://x/'] }, 'mirrors must be addresses that begin with http:// or https://, found "ftp://x/"'],
  [{ timeout: 0 }, 'timeout must be from 1 to 2147483647 milliseconds, found 0'],
  [{ timeout: Number.NaN }, 'timeout must be from 1 to 2147483647 milliseconds, found NaN'],
])('refuses %j', async (wrong, message) => {
  await expect(loadMnist({ cache, ...wrong })).rejects.toMatchObject({ code: 'E_OPTION', message });
});

describe('MNIST and CIFAR-10', () => {
  test('MNIST, by two processes at once, each file downloaded once', async () => {
    for (const name of await readdir('../shared/data/mnist')) {
      server.answers.set(name, whole(await readFile(path.join('../shared/data/mnist', name))));
    }
    const script = path.resolve(__dirname, '../support/load-mnist.cjs');
    const runs = [1, 2].map(
      () =>
        new Promise<number | null>((resolve) => {
          fork(script, [cache, server.base], { stdio: 'inherit' }).on('exit', resolve);
        }),
    );
    expect(await Promise.all(runs)).toEqual([0, 0]);
    expect([...server.requests].sort()).toEqual([...new Set(server.requests)].sort());
    expect(server.requests).toHaveLength(4);
    const { train, test: testSet } = await loadMnist({ cache, mirrors: [server.base], padding: 0 });
    expect([train.count, testSet.count]).toEqual([60_000, 10_000]);
    expect(train.sampleShape).toEqual([1, 28, 28]);
    expect(server.requests).toHaveLength(4);
  });

  test('a folder is read as it is', async () => {
    await writeCifarFolder(cache);
    const { train, test: testSet } = await loadCifar10(cache);
    expect([train.count, testSet.count]).toEqual([10, 2]);
    const padded = await loadCifar10({ folder: cache, padding: 4 });
    expect(padded.train.sampleShape).toEqual([3, 40, 40]);
    expect(server.requests).toEqual([]);
    await expect(loadMnist(cache)).rejects.toMatchObject({ code: 'E_FILE' });
  });

  test('CIFAR-10 without a folder is asked for by its name', async () => {
    const error: unknown = await loadCifar10({ cache, mirrors: [server.base], timeout: 50 }).catch((cause) => cause);
    expect(error).toMatchObject({ code: 'E_DOWNLOAD' });
    expect(new Set(server.requests)).toEqual(new Set(['cifar-10-binary.tar.gz']));
  });
});

test('the cache folder of each platform', () => {
  const folderOf = (platform: string, env: Record<string, string>): string =>
    cacheFolder({ platform, env, home: '/home/x' });
  expect(folderOf('linux', {})).toBe('/home/x/.cache/laminet');
  expect(folderOf('linux', { XDG_CACHE_HOME: '/var/c' })).toBe('/var/c/laminet');
  expect(folderOf('linux', { XDG_CACHE_HOME: 'relative' })).toBe('/home/x/.cache/laminet');
  expect(folderOf('darwin', {})).toBe('/home/x/Library/Caches/laminet');
  expect(folderOf('win32', { LOCALAPPDATA: '/local' })).toBe('/local/laminet/Cache');
  expect(folderOf('linux', { LAMINET_CACHE: '/mine' })).toBe('/mine');
});
