import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LaminetError } from '../errors';
import { checkNotAborted } from './abort';
import { fileErrorCode, toFileError } from './file-error';
import { MirrorFault, openMirror } from './mirror';
import { syncFolder } from './write-whole';

/** How far a download is. */
export interface DownloadProgress {
  /** The file's name. */
  readonly file: string;
  /** The bytes that are on the disk, those of an earlier attempt too. */
  readonly receivedBytes: number;
  readonly totalBytes: number;
  /** Where they come from. */
  readonly url: string;
}

/** What is downloaded, and how. */
export interface Download {
  /** Where the file is to be; what has come of it is kept in `path.part`. */
  readonly path: string;
  /** Of the same file, tried one after another. */
  readonly urls: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
  /** Milliseconds in which a server must send at least a kilobyte a second. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** How often the list of mirrors is gone through. */
const ROUNDS = 3;

/**
 * Downloads a file. It is at `path` only when it is complete and has its SHA-256; until then its bytes are beside it, and the
 * next attempt, also of another process and from another mirror, goes on from there, if the server answers ranges.
 * Errors: `E_DOWNLOAD`, which says what was wrong with each mirror; `E_FILE`; `E_ABORTED`; what `onProgress` throws.
 */
export async function download(wanted: Download): Promise<void> {
  const { path, urls, timeout, signal } = wanted;
  const faults = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) await pause(Math.min(1000, timeout) * round, signal, path);
    for (const url of urls) {
      const fault = await faultOf(url, wanted);
      if (fault === undefined) return;
      faults.set(url, fault);
    }
  }
  const told = [...faults].map(([url, fault]) => `${url}: ${fault}`).join('; ');
  const message = `cannot download ${basename(path)} (${told}); give the folder of the files, or another mirror`;
  throw new LaminetError('E_DOWNLOAD', message, { path, faults: Object.fromEntries(faults) });
}

/** Tries one mirror; undefined where the file is in its place then. */
async function faultOf(url: string, wanted: Download): Promise<string | undefined> {
  const { path, signal } = wanted;
  checkNotAborted(signal, `downloading ${basename(path)}`);
  try {
    const resumed = await complete(url, wanted);
    if (await install(wanted)) return undefined;
    // Bytes of an earlier attempt may have been those of something else: then once more, from the start.
    if (resumed) {
      await complete(url, wanted);
      if (await install(wanted)) return undefined;
    }
    return `its SHA-256 is not ${wanted.sha256}`;
  } catch (cause) {
    checkNotAborted(signal, `downloading ${basename(path)}`);
    if (cause instanceof MirrorFault) return cause.message;
    throw cause;
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined, path: string): Promise<void> {
  const options = signal ? { signal } : {};
  await sleep(milliseconds, undefined, options).catch(() => undefined);
  checkNotAborted(signal, `downloading ${basename(path)}`);
}

const partOf = (path: string): string => `${path}.part`;

/** Fetches what is missing of the part; whether it had some of it before. */
async function complete(url: string, { path, bytes, timeout, signal, onProgress }: Download): Promise<boolean> {
  const part = partOf(path);
  let have = await sizeOfFile(part);
  if (have > bytes) {
    await remove(part);
    have = 0;
  }
  if (have === bytes) return true;
  const mirror = await openMirror({ url, begin: have, bytes, timeout, signal });
  try {
    const file = await onDisk('write', part, () => open(part, mirror.begin > 0 ? 'r+' : 'w'));
    try {
      let at = mirror.begin;
      for (;;) {
        const chunk = await mirror.read();
        if (!chunk) break;
        if (at + chunk.length > bytes) {
          await remove(part);
          throw new MirrorFault(`it sends more than ${bytes} bytes`);
        }
        await onDisk('write', part, () => writeAll(file, chunk, at));
        at += chunk.length;
        onProgress?.({ file: basename(path), receivedBytes: at, totalBytes: bytes, url });
      }
      await onDisk('write', part, () => file.sync());
      if (at < bytes) throw new MirrorFault(`it ends after ${at} of ${bytes} bytes`);
    } finally {
      await file.close();
    }
    return mirror.begin > 0;
  } finally {
    mirror.close();
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    written += (await file.write(chunk, written, chunk.length - written, at + written)).bytesWritten;
  }
}

/** Puts the part in its place if it is the file that is wanted; otherwise it is removed. */
async function install({ path, sha256 }: Download): Promise<boolean> {
  const part = partOf(path);
  if ((await onDisk('read', part, () => sha256Of(part))) !== sha256) {
    await remove(part);
    return false;
  }
  await onDisk('write', path, async () => {
    await rename(part, path);
    await syncFolder(dirname(path));
  });
  return true;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

async function sizeOfFile(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    if (fileErrorCode(cause) === 'ENOENT') return 0;
    throw toFileError('read', path, cause);
  }
}

const remove = (path: string): Promise<void> => onDisk('remove', path, () => rm(path, { force: true }));

async function onDisk<T>(action: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw toFileError(action, path, cause);
  }
}
