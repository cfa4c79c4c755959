import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** What decides on the cache folder, apart from the process for tests. */
export interface CacheSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly home: string;
}

/**
 * Where downloads are kept: `LAMINET_CACHE`, or `laminet` in the platform's folder for what can be made again:
 * `XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches` on macOS, `LOCALAPPDATA` on Windows.
 */
export function cacheFolder(
  { env, platform, home }: CacheSurroundings = { env: process.env, platform: process.platform, home: homedir() },
): string {
  if (env.LAMINET_CACHE) return resolve(env.LAMINET_CACHE);
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'laminet', 'Cache');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'laminet');
  // The specification has relative paths passed over.
  const { XDG_CACHE_HOME = '' } = env;
  return join(isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(home, '.cache'), 'laminet');
}
