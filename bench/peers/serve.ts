import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Command, parseCommand } from './protocol';

/** Loads a package that the bench has installed for its peers; `npm` packages here are none of the library's own. */
export function requirePeer(name: string): unknown {
  return createRequire(path.resolve('build/peers/package.json'))(name);
}

/** The version of such a package. */
export function peerVersion(name: string): string {
  const manifest = requirePeer(`./node_modules/${name}/package.json`) as { version: string };
  return manifest.version;
}

/** A peer's side of the talk, in JavaScript: says what it is, then answers each command with seconds. */
export async function serve(description: string, run: (command: Command) => number | Promise<number>): Promise<void> {
  console.log(`ready ${description}`);
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      console.log(`ok ${await run(parseCommand(line))}`);
    } catch (error) {
      console.log(`error ${String(error).replaceAll('\n', ' ')}`);
    }
  }
}

/** Seconds that a function takes. */
export async function timed(action: () => void | Promise<void>): Promise<number> {
  const began = performance.now();
  await action();
  return (performance.now() - began) / 1000;
}
