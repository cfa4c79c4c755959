import { augmentation } from './augmentation';
import { convolutions } from './convolutions';
import { eventLoop } from './event-loop';
import { inference } from './inference';
import { instructions } from './instructions';
import { loop } from './loop';
import { matrices } from './matrices';
import { memory } from './memory';
import { memoryBound } from './memory-bound';
import { operations } from './operations';
import { overhead } from './overhead';
import type { AnySection } from './section';
import { steps } from './steps';

/** All tables, in the order in which they are measured and printed. */
export const SECTIONS: readonly AnySection[] = [
  steps,
  instructions,
  operations,
  augmentation,
  inference,
  overhead,
  loop,
  eventLoop,
  memory,
  convolutions,
  matrices,
  memoryBound,
];

/** The sections of those names, or all. Error: a name that is none. */
export function chooseSections<S extends { readonly name: string }>(
  sections: readonly S[],
  names: readonly string[],
): readonly S[] {
  const wrong = names.find((name) => !sections.some((section) => section.name === name));
  if (wrong !== undefined) {
    throw new Error(`there is no table ${wrong}; there are ${sections.map(({ name }) => name).join(', ')}`);
  }
  return names.length === 0 ? sections : sections.filter(({ name }) => names.includes(name));
}
