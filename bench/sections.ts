import { convolutions } from './convolutions';
import { eventLoop } from './event-loop';
import { inference } from './inference';
import { instructions } from './instructions';
import { matrices } from './matrices';
import { memory } from './memory';
import { memoryBound } from './memory-bound';
import { overhead } from './overhead';
import type { AnySection } from './section';
import { steps } from './steps';

/** All tables, in the order in which they are measured and printed. */
export const SECTIONS: readonly AnySection[] = [
  steps,
  instructions,
  inference,
  overhead,
  eventLoop,
  memory,
  convolutions,
  matrices,
  memoryBound,
];

/** The sections of those names, or all. Error: a name that is none. */
export function chooseSections(names: readonly string[]): readonly AnySection[] {
  const wrong = names.find((name) => !SECTIONS.some((section) => section.name === name));
  if (wrong !== undefined) {
    throw new Error(`there is no section ${wrong}; there are ${SECTIONS.map(({ name }) => name).join(', ')}`);
  }
  return names.length === 0 ? SECTIONS : SECTIONS.filter(({ name }) => names.includes(name));
}
