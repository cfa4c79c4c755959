/**
 * The stable codes of {@link LaminetError}. A code never changes its meaning; the sentence beside it may get better.
 *
 * - `E_OPTION` an option of a call, a layer or the command line has a value that cannot be used
 * - `E_SHAPE` shapes that do not fit: a layer's input, a data set and its network, a weight file and its network
 * - `E_DATA` data that cannot be trained on: counts that differ, labels out of range, nothing at all
 * - `E_FORMAT` a file that is not what its format says
 * - `E_FILE` a file or folder that cannot be read or written
 * - `E_DOWNLOAD` a file that none of its mirrors gave as it should be
 * - `E_UNKNOWN` a name that nothing answers to: network, loss, optimizer, backend, tensor
 * - `E_STATE` a call in the wrong order: training before compile, anything after dispose
 * - `E_DIVERGED` the loss became infinite or not a number
 * - `E_ABORTED` the caller's signal stopped the work
 * - `E_LAYER` a layer of the user's own failed: its forward or backward function threw
 * - `E_BACKEND` a backend that cannot be loaded, or that refused a program
 */
export type ErrorCode =
  | 'E_OPTION'
  | 'E_SHAPE'
  | 'E_DATA'
  | 'E_FORMAT'
  | 'E_FILE'
  | 'E_DOWNLOAD'
  | 'E_UNKNOWN'
  | 'E_STATE'
  | 'E_DIVERGED'
  | 'E_ABORTED'
  | 'E_LAYER'
  | 'E_BACKEND';

/**
 * Every error that the library throws on purpose. `message` is one sentence: what was wrong, where, what was found and
 * what is expected. `details` holds the same facts as data.
 */
export class LaminetError extends Error {
  /** What kind of mistake it was; stays the same where the message is worded anew. */
  readonly code: ErrorCode;
  /** The facts of the message by name. */
  readonly details: Readonly<Record<string, unknown>>;

  /** The library's own; users catch them. */
  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LaminetError';
    this.code = code;
    this.details = details;
  }
}
