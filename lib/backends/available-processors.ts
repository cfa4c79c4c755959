import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

/** The file's text, or nothing where there is none or it must not be read. */
function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** A folder and those above it, up to and with `top`. */
function upTo(top: string, folder: string): string[] {
  const names = folder.split('/').filter((name) => name !== '');
  return Array.from({ length: names.length + 1 }, (_, count) => path.join(top, ...names.slice(0, count)));
}

/** Processors' worth of time in a period; infinite where nothing limits it. */
function share(quota: string | undefined, period: string | undefined): number {
  const processors = Number(quota) / Number(period);
  return Number.isFinite(processors) && processors > 0 ? processors : Number.POSITIVE_INFINITY;
}

/** Version 2: one file with quota and period, `max 100000` where there is no limit. */
function limitOf(folder: string): number {
  const [quota, period] = readText(path.join(folder, 'cpu.max'))?.split(' ') ?? [];
  return share(quota, period);
}

/** Version 1: a file for each; the quota is -1 where there is no limit. */
function oldLimitOf(folder: string): number {
  return share(readText(path.join(folder, 'cpu.cfs_quota_us')), readText(path.join(folder, 'cpu.cfs_period_us')));
}

/**
 * The processors' worth of time that control groups of Linux leave to this process: the tightest limit from its own group
 * up to the top one. Inside a container the path of the group may be one of the host's; what is not there does not limit.
 * Source: the kernel's documentation, "Control Group v2" (cpu.max) and "CFS Bandwidth Control".
 */
function controlGroupLimit(root: string): number {
  const groups = path.join(root, 'sys/fs/cgroup');
  const limits = (readText(path.join(root, 'proc/self/cgroup')) ?? '').split('\n').flatMap((line) => {
    const [, id, controllers = '', folder = ''] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (id === '0') return upTo(groups, folder).map(limitOf);
    if (!controllers.split(',').includes('cpu')) return [];
    return [controllers, 'cpu'].flatMap((name) => upTo(path.join(groups, name), folder).map(oldLimitOf));
  });
  return Math.min(Number.POSITIVE_INFINITY, ...limits);
}

/**
 * The processors that this process can keep busy: those that it may run on, and no more than control groups give it time
 * for. A part of one does not count, for threads wait for each other, and one that has used up its time holds up all.
 * @param root where /proc and /sys are looked for
 * @param processors those that the process may run on
 */
export function availableProcessors(root = '/', processors = availableParallelism()): number {
  return Math.max(1, Math.min(processors, Math.floor(controlGroupLimit(root))));
}
