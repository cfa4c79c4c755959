#!/usr/bin/env node
import { runCli } from './run-cli';

const INTERRUPTED = 130;

const controller = new AbortController();
let readerLeft = false;

// The first Ctrl-C stops after the step under way and saves; the second one does not wait.
process.on('SIGINT', () => {
  if (controller.signal.aborted) process.exit(INTERRUPTED);
  controller.abort();
});

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
  process.exitCode = readerLeft ? 0 : exitCode;
});
