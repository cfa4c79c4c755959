import { createColors } from 'picocolors';
import type { TrainingSession } from '../live/training-session';

/** A stream that may be a terminal. */
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** What the command line is given instead of the process, so that it can be run inside another program. */
export interface CliIo {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal;
}

/** The colours that are used, or functions that leave text as it is. */
export type Colors = ReturnType<typeof createColors>;

/** What a subcommand works with. */
export interface CommandContext {
  readonly io: CliIo;
  /** Writes a line to the standard output. */
  print(line: string): void;
  /** Writes a sentence to the standard error. */
  warn(sentence: string): void;
  /** The colours, once `--no-color` has been read. */
  colors(): Colors;
  /** Makes the command exit with this number. */
  exitWith(code: number): void;
  /** Of the page that shows what is trained, where there is one. */
  readonly session?: TrainingSession;
}

/** Colours for a terminal only, unless told otherwise: `--no-color`, `NO_COLOR`, `FORCE_COLOR`. */
export function chooseColors(io: CliIo, wanted: boolean): Colors {
  const { NO_COLOR, FORCE_COLOR } = io.env;
  return createColors(wanted && !NO_COLOR && (Boolean(FORCE_COLOR) || io.stdout.isTTY === true));
}

/** 12345.6 as `12,346`. */
export const formatCount = (value: number): string => Math.round(value).toLocaleString('en-US');

/** 0.98125 as `98.13 %`. */
export const formatShare = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** A loss with four significant digits. */
export const formatLoss = (loss: number): string => loss.toPrecision(4);

/** A time for a person: `12 s`, `3 min 5 s`, `2 h 14 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A time that was measured: `0.34 s`, from 10 seconds on as {@link formatDuration}. */
export const formatSpent = (seconds: number): string =>
  seconds < 10 ? `${seconds.toFixed(2)} s` : formatDuration(seconds);

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
