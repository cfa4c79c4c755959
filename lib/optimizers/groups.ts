import { LaminetError } from '../errors';
import type { ParameterKind } from '../layers/layer';
import { fitsPattern } from '../layers/name-pattern';
import type { Shape } from '../tensor/shape';
import { checkNotNegative } from './options';

/** A parameter as an optimizer sees it. */
export interface TrainedParameter {
  /** `conv2d_1.weight`. */
  readonly name: string;
  readonly layer: string;
  readonly kind: ParameterKind;
  readonly shape: Shape;
}

/** Some of a network's parameters, and what an optimizer does otherwise with them. */
export interface ParameterGroup {
  /**
   * Names of layers (`conv2d_1`) or of parameters (`conv2d_1.weight`), in which `*` stands for any characters; a list for
   * several. Default: every name.
   */
  readonly match?: string | readonly string[];
  /** Default: every kind. */
  readonly kind?: ParameterKind | readonly ParameterKind[];
  /** What the learning rate is multiplied by. Default: 1. */
  readonly learningRateFactor?: number;
  /** In the place of the optimizer's own weight decay. */
  readonly weightDecay?: number;
}

/** The options by which parameters are treated apart. */
export interface GroupOptions {
  /** The first group that a parameter belongs to decides on it; default: none. */
  readonly groups?: readonly ParameterGroup[];
  /**
   * The kinds of parameters that the optimizer's `weightDecay` acts on; a group's own acts on all of the group. Default: where
   * the decay is taken off the weights (`adamw`, `lion`, `muon`) the weights alone, where it is added to the gradient all, as
   * PyTorch has it.
   */
  readonly decayedKinds?: readonly ParameterKind[];
}

const KINDS: readonly ParameterKind[] = ['weight', 'bias', 'norm'];

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

function refuse(option: string, expected: string, found: unknown): never {
  throw new LaminetError('E_OPTION', `${option} must be ${expected}, found ${JSON.stringify(found)}`, {
    option,
    found,
  });
}

/** Throws unless an option names kinds of parameters. */
export function checkKinds(option: string, kinds: unknown): void {
  const known = Array.isArray(kinds) && kinds.every((kind) => KINDS.includes(kind));
  if (!known) refuse(option, `of ${KINDS.join(', ')}`, kinds);
}

function checkGroup(
  { match = '*', kind = KINDS, learningRateFactor = 1, weightDecay = 0 }: ParameterGroup,
  at: string,
) {
  if (!listOf(match).every((pattern) => typeof pattern === 'string'))
    refuse(`${at}.match`, 'a name or a list of names', match);
  checkKinds(`${at}.kind`, listOf(kind));
  checkNotNegative({ [`${at}.learningRateFactor`]: learningRateFactor, [`${at}.weightDecay`]: weightDecay });
}

/** Throws unless groups can be used. Error: `E_OPTION`. */
export function checkGroups({ groups = [], decayedKinds = KINDS }: GroupOptions): void {
  if (!Array.isArray(groups)) refuse('groups', 'a list', groups);
  for (const [index, group] of groups.entries()) checkGroup(group, `groups[${index}]`);
  checkKinds('decayedKinds', decayedKinds);
}

/** Whether a parameter belongs to a group. */
function belongsTo({ name, layer, kind }: TrainedParameter, group: ParameterGroup): boolean {
  const named = listOf(group.match ?? '*').some((pattern) => fitsPattern(layer, pattern) || fitsPattern(name, pattern));
  return named && listOf(group.kind ?? KINDS).includes(kind);
}

/** What an optimizer does with a parameter, of its own options and its groups. */
export function treatmentOf(
  parameter: TrainedParameter,
  options: GroupOptions,
  optimizer: { readonly weightDecay: number; readonly decayedKinds: readonly ParameterKind[] },
): { readonly learningRateFactor: number; readonly weightDecay: number } {
  const group = options.groups?.find((candidate) => belongsTo(parameter, candidate));
  const decays = (options.decayedKinds ?? optimizer.decayedKinds).includes(parameter.kind);
  return {
    learningRateFactor: group?.learningRateFactor ?? 1,
    weightDecay: group?.weightDecay ?? (decays ? optimizer.weightDecay : 0),
  };
}

/** Throws where a group has no parameter of a network, which is a name misspelt. Error: `E_OPTION`. */
export function checkGroupsAreOf(
  optimizer: string,
  groups: readonly ParameterGroup[],
  parameters: readonly TrainedParameter[],
): void {
  for (const [index, group] of groups.entries()) {
    if (parameters.some((parameter) => belongsTo(parameter, group))) continue;
    const names = parameters.map(({ name, kind }) => `${name} (${kind})`).join(', ');
    throw new LaminetError(
      'E_OPTION',
      `groups[${index}] of ${optimizer}, ${JSON.stringify(group)}, has no parameter of the network; there are ${names}`,
      { optimizer, group: index },
    );
  }
}
