import type { UpdateOp } from '../ops/update';
import { checkLearningRate, describeRate, type LearningRate } from '../schedules/schedule';
import type { Optimizer, OptimizerDescription, OptimizerOptions, StepFactors, UpdateRule } from './contract';
import { checkGroups, type TrainedParameter, treatmentOf } from './groups';
import { checkNotNegative } from './options';

/** What an optimizer that updates every parameter by the same formula is made of. */
export interface PlainOptimizer {
  readonly name: string;
  readonly learningRate: LearningRate;
  readonly op: UpdateOp;
  readonly constants: Readonly<Record<string, number>>;
  readonly state: readonly string[];
  readonly weightDecay: number;
  /** Whether the decay is taken off the weights, rather than added to the gradient. */
  readonly decoupled?: boolean;
  readonly factors?: StepFactors;
}

/** How a parameter is updated by a formula that is everybody's. */
export function plainRule(
  parameter: TrainedParameter,
  options: OptimizerOptions,
  { op, constants, state, weightDecay, decoupled = false }: Omit<PlainOptimizer, 'name' | 'learningRate'>,
): UpdateRule {
  const decayedKinds = decoupled ? (['weight'] as const) : (['weight', 'bias', 'norm'] as const);
  const { learningRateFactor, weightDecay: decay } = treatmentOf(parameter, options, { weightDecay, decayedKinds });
  const attributes = {
    l2: decoupled ? 0 : decay,
    weightDecay: decoupled ? decay : 0,
    learningRateFactor,
    constants,
  };
  return { op, attributes, state };
}

/** What files keep of an optimizer; nothing where its schedule cannot be described. */
export function describeOptimizer(name: string, options: OptimizerOptions): { config?: OptimizerDescription } {
  const { learningRate } = options;
  const described = learningRate === undefined ? undefined : describeRate(learningRate);
  if (learningRate !== undefined && described === undefined) return {};
  const copy = JSON.parse(JSON.stringify({ ...options, learningRate: described }));
  return { config: { name, ...copy } };
}

/** The optimizer, its learning rate, decay and groups checked. Error: `E_OPTION`. */
export function plainOptimizer(options: OptimizerOptions, plain: PlainOptimizer): Optimizer {
  const { name, learningRate, weightDecay, factors } = plain;
  checkLearningRate(learningRate);
  checkNotNegative({ weightDecay });
  checkGroups(options);
  return {
    name,
    learningRate,
    groups: options.groups ?? [],
    ...describeOptimizer(name, options),
    ruleFor: (parameter) => plainRule(parameter, options, plain),
    ...(factors && { factors }),
  };
}
