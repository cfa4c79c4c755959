import { arch, cpus, platform, release, totalmem } from 'node:os';

/** What a run was made on. */
export interface Machine {
  /** As the system names it. */
  readonly processor: string;
  /** Hardware threads. */
  readonly processors: number;
  readonly memoryBytes: number;
  /** `linux 6.1.0, x64` */
  readonly system: string;
  /** `v20.19.0` */
  readonly node: string;
}

/** The machine that this process runs on. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    processors: processors.length,
    memoryBytes: totalmem(),
    system: `${platform()} ${release()}, ${arch()}`,
    node: process.version,
  };
}
