import path from 'node:path';
import { LaminetError } from '../../errors';

/** Runs what an instruction calls, for so many samples; whether it succeeded. */
export type CallBack = (instruction: number, samples: number) => boolean;

/** What a run is given, in the order in which native/binding/buffers.cc reads it; the addon looks at every type itself. */
type RunBuffers = [
  parameters: unknown,
  gradients: unknown,
  samples: unknown,
  targets: unknown,
  order: unknown,
  learningRates: unknown,
  losses: unknown,
  correct: unknown,
  control: unknown,
  results: readonly unknown[],
  profile: unknown,
  version: number,
  state: unknown,
  factors: unknown,
  penalties: unknown,
  weights: unknown,
  exchange: unknown,
  callBack: CallBack | undefined,
  seed: number,
  stepsBefore: number,
  epoch: number,
];

/** What native/binding/addon.cc puts out. Numbers below zero are statuses; see {@link file://./status.ts}. */
export interface Addon {
  createPlan(program: Float64Array, threads: number, instructionSet: number, report: Float64Array): number;
  run(plan: number, ...buffers: [...RunBuffers, onEvent: (outcome: number, steps: number) => void]): number;
  runSync(plan: number, ...buffers: RunBuffers): number;
  disposePlan(plan: number): number;
  workingBytes(plan: number): number;
  instructionSets(): number;
  multiplyAddRate(instructionSet: number, threads: number): number;
  opName(op: number): string;
}

/** The package: three folders up from here, in lib/ and in dist/ alike. */
const PACKAGE = path.resolve(__dirname, '../../..');

let loaded: Addon | undefined;

/**
 * The addon: the file that `LAMINET_ADDON` names, else build/Release of a checkout, else the package's prebuilt binary for
 * this platform. Error: `E_BACKEND` where there is none, or where it cannot be loaded.
 */
export function loadAddon(): Addon {
  if (loaded) return loaded;
  const chosen = process.env.LAMINET_ADDON;
  try {
    // Loaded here rather than imported: a machine without the addon can still use the reference.
    loaded = (chosen ? require(path.resolve(chosen)) : require('node-gyp-build')(PACKAGE)) as Addon;
    return loaded;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new LaminetError(
      'E_BACKEND',
      `the native addon cannot be loaded (${reason})`,
      { platform: process.platform, arch: process.arch },
      {
        cause: error,
      },
    );
  }
}
