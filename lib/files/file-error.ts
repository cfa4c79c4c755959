import { types } from 'node:util';
import { LaminetError } from '../errors';

/** What the operating system's error codes mean, as the rest of a sentence that starts with the path. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder, expected a file',
  ENOTDIR: 'a part of the path is a file, expected a folder',
  EEXIST: 'a file of that name is there already',
  ENOTEMPTY: 'it is a folder that is not empty',
  EACCES: 'permission was denied',
  EPERM: 'permission was denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than is allowed here',
  EIO: 'the device failed',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its symbolic links lead in a circle',
  ERR_FS_FILE_TOO_LARGE: 'the file is larger than 2 GiB',
};

/** The code of an error of Node's file system; `instanceof Error` would fail for one from another realm. */
export function fileErrorCode(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}

/**
 * The `E_FILE` error for a file operation that failed; an error that is a {@link LaminetError} already stays as it is.
 * @param action what was tried: `read`, `write`, `list`
 */
export function toFileError(action: string, path: string, cause: unknown): LaminetError {
  if (cause instanceof LaminetError) return cause;
  const code = fileErrorCode(cause);
  const reason = (code && REASONS[code]) ?? (types.isNativeError(cause) ? cause.message : String(cause));
  return new LaminetError('E_FILE', `cannot ${action} ${path}: ${reason}`, { action, path, cause: code }, { cause });
}
