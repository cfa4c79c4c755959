import type { RunConfig } from './run-record';

type Fact = readonly [name: string, text: string];

const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`;

/** What a run was asked for beside its epochs, where it was, as names and texts for a table. */
export function courseFacts({ validation, evaluation, patience, startedFrom }: RunConfig): readonly Fact[] {
  const facts: (Fact | undefined)[] = [
    validation === undefined ? undefined : ['validation', `the last ${percent(validation)} of the training set`],
    evaluation && ['random picks', `${evaluation.samples} images whenever ${evaluation.every} have been seen`],
    patience === undefined ? undefined : ['patience', patience === 1 ? '1 epoch' : `${patience} epochs`],
    startedFrom === undefined ? undefined : ['begun with', `the weights of ${startedFrom}`],
  ];
  return facts.filter((fact) => fact !== undefined);
}
