import { LaminetError } from '../errors';

/** What is wrong with a file: where in it, what was found there, what its format expects. */
export interface FormatFault {
  /** The file, as messages call it. */
  readonly name: string;
  /** The part of the file: `the header`, `tensor "x"`, `byte 16`. */
  readonly where: string;
  readonly found: string;
  readonly expected: string;
}

/** Throws the `E_FORMAT` error for a file that is not what its format says. */
export function refuseFormat(fault: FormatFault, cause?: unknown): never {
  const { name, where, found, expected } = fault;
  const options = cause === undefined ? undefined : { cause };
  throw new LaminetError('E_FORMAT', `${name}: ${where}: found ${found}, expected ${expected}`, { ...fault }, options);
}
