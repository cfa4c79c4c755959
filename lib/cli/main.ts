#!/usr/bin/env node
import { constants } from 'node:os';
import { runCli } from './run-cli';

/** What `runCli` says of a command that a signal has stopped. */
const ABORTED = 130;

const controller = new AbortController();
let readerLeft = false;
let signalCode: number | undefined;

// The first Ctrl-C stops after the step under way and saves; the second one does not wait.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    signalCode = 128 + constants.signals[signal];
    if (controller.signal.aborted) process.exit(signalCode);
    controller.abort();
  });
}

// `laminet ... | head` closes the pipe early, which is no error of anybody's.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    readerLeft = true;
    controller.abort();
  });
}

const { stdout, stderr, env } = process;
void runCli(process.argv.slice(2), { stdout, stderr, env, signal: controller.signal }).then((exitCode) => {
  process.exitCode = readerLeft ? 0 : exitCode === ABORTED ? (signalCode ?? exitCode) : exitCode;
});
