import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { LaminetError } from '../errors';
import { checkNotAborted } from '../files/abort';
import { type DownloadProgress, download } from '../files/download';
import { fileErrorCode, toFileError } from '../files/file-error';
import { listFolder, makeFolder } from '../files/folder';
import { withLock } from '../files/lock';
import { syncFolder, writeWhole } from '../files/write-whole';
import { refuseFormat } from '../formats/format-error';
import { readTar } from '../formats/tar';
import { cacheFolder } from './cache-folder';

/** How a data set is downloaded. */
export interface DownloadOptions {
  /** Where it is kept. Default: `LAMINET_CACHE`, or the platform's folder for caches. */
  readonly cache?: string;
  /** Addresses of folders that have the files, tried one after another. Default: known public ones. */
  readonly mirrors?: readonly string[];
  /** Milliseconds in which a server must send a kilobyte a second, else the next one is tried. Default: 30,000. */
  readonly timeout?: number;
  /** Stops the download with `E_ABORTED`; the next one goes on from there. */
  readonly signal?: AbortSignal;
  /** Hears of every piece that arrives. What it throws ends the download. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** A file as it must be. */
interface ExpectedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A data set of files that are kept as they come. */
export interface PublishedFiles {
  /** What its folder in the cache is called. */
  readonly name: string;
  readonly mirrors: readonly string[];
  readonly files: readonly ExpectedFile[];
}

/** A data set of files in a folder of a `.tar.gz`. */
export interface PublishedArchive extends PublishedFiles {
  readonly archive: ExpectedFile;
}

const DEFAULT_TIMEOUT = 30_000;
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/**
 * The folder of a data set's files, each of which is downloaded where it is missing. A file that is there is whole: it got its
 * name only after its check.
 */
export async function installFiles(published: PublishedFiles, options: DownloadOptions): Promise<string> {
  const { folder, mirrors } = prepare(published, options);
  const missing = async (): Promise<readonly ExpectedFile[]> => {
    const present = await presentIn(folder);
    return published.files.filter(({ name }) => !present.includes(name));
  };
  if ((await missing()).length === 0) return folder;
  await makeFolder(folder);
  return withLock(`${folder}.lock`, options.signal, async () => {
    // Another process may have been at it meanwhile.
    for (const file of await missing()) await downloadInto(folder, file, mirrors, options);
    return folder;
  });
}

/** The same for an archive: its folder appears whole, after each file in it has been checked, and the archive goes. */
export async function installArchive(published: PublishedArchive, options: DownloadOptions): Promise<string> {
  const { folder, mirrors } = prepare(published, options);
  const isThere = async (): Promise<boolean> => {
    const present = await presentIn(folder);
    return published.files.every(({ name }) => present.includes(name));
  };
  if (await isThere()) return folder;
  const cache = dirname(folder);
  await makeFolder(cache);
  return withLock(`${folder}.lock`, options.signal, async () => {
    if (await isThere()) return folder;
    await downloadInto(cache, published.archive, mirrors, options);
    const archive = join(cache, published.archive.name);
    const partial = `${folder}.partial`;
    await remove(partial);
    await makeFolder(partial);
    await unpack(archive, partial, published.files, options.signal);
    await remove(folder);
    try {
      await rename(partial, folder);
      await syncFolder(cache);
    } catch (cause) {
      throw toFileError('write', folder, cause);
    }
    await remove(archive);
    return folder;
  });
}

/** Error: `E_OPTION`. */
function prepare(published: PublishedFiles, options: DownloadOptions): { folder: string; mirrors: readonly string[] } {
  const { timeout = DEFAULT_TIMEOUT, mirrors = published.mirrors, cache = cacheFolder() } = options;
  if (!(timeout >= 1 && timeout <= LONGEST_TIMEOUT)) {
    const message = `timeout must be from 1 to ${LONGEST_TIMEOUT} milliseconds, found ${String(timeout)}`;
    throw new LaminetError('E_OPTION', message, { option: 'timeout', found: timeout });
  }
  const wrong = mirrors.find((mirror) => !/^https?:[/][/]./.test(mirror) || !URL.canParse(mirror));
  if (mirrors.length === 0 || wrong !== undefined) {
    const found = mirrors.length === 0 ? 'none' : JSON.stringify(wrong);
    const message = `mirrors must be addresses that begin with http:// or https://, found ${found}`;
    throw new LaminetError('E_OPTION', message, { option: 'mirrors', found: mirrors });
  }
  return { folder: join(cache, published.name), mirrors };
}

async function presentIn(folder: string): Promise<string[]> {
  try {
    return await listFolder(folder);
  } catch (cause) {
    if (fileErrorCode((cause as Error).cause) === 'ENOENT') return [];
    throw cause;
  }
}

function downloadInto(
  folder: string,
  { name, bytes, sha256 }: ExpectedFile,
  mirrors: readonly string[],
  { timeout = DEFAULT_TIMEOUT, signal, onProgress }: DownloadOptions,
): Promise<void> {
  const urls = mirrors.map((mirror) => (mirror.endsWith('/') ? mirror : `${mirror}/`) + name);
  return download({ path: join(folder, name), urls, bytes, sha256, timeout, signal, onProgress });
}

/** Writes those files of an archive that are wanted, by the last part of their paths, if they are what they must be. */
async function unpack(
  archive: string,
  folder: string,
  wanted: readonly ExpectedFile[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const missing = new Map(wanted.map((file) => [file.name, file]));
  const limit = Math.max(...wanted.map(({ bytes }) => bytes));
  try {
    await pipeline(createReadStream(archive), createGunzip(), async (inflated: AsyncIterable<Uint8Array>) => {
      for await (const { path, bytes } of readTar(inflated, archive, limit)) {
        checkNotAborted(signal, `unpacking ${archive}`);
        const file = missing.get(basename(path));
        if (!file) continue;
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        if (sha256 !== file.sha256) {
          refuseFormat({ name: archive, where: path, found: `the SHA-256 ${sha256}`, expected: file.sha256 });
        }
        await writeWhole(join(folder, file.name), bytes);
        missing.delete(file.name);
      }
    });
  } catch (cause) {
    if (!(fileErrorCode(cause) ?? '').startsWith('Z_')) throw toFileError('unpack', archive, cause);
    const found = `damaged gzip data (${(cause as Error).message})`;
    refuseFormat({ name: archive, where: 'the archive', found, expected: 'a .tar.gz' }, cause);
  }
  const [first] = missing.keys();
  if (first) refuseFormat({ name: archive, where: 'the archive', found: `no ${first}`, expected: 'all files' });
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (cause) {
    throw toFileError('remove', path, cause);
  }
}
