import { LaminetError } from '../errors';
import type { Loss } from '../losses/contract';
import { slice } from '../ops/concat';
import { sigmoid } from '../ops/elementwise';
import { classTargets, countCorrect, meanLoss, negativeEntropy, sumLoss } from '../ops/loss';
import { mixTargets } from '../ops/mixup';
import type { Value } from '../ops/op';
import { add } from '../ops/pairwise';
import { fieldOf, type TargetKind } from '../ops/program';
import type { OpName } from '../ops/registry';
import { sizeOf } from '../tensor/shape';
import { togetherShape } from './graph';
import type { ProgramBuilder } from './program-builder';

/** Runs `emit`, adding to an error which loss it came from and which layer's output it was to be on. */
function nameLoss<T>(loss: Loss, layer: string, emit: () => T): T {
  try {
    return emit();
  } catch (error) {
    if (!(error instanceof LaminetError)) throw error;
    const message = `loss ${loss.name}, on the output of ${layer}: ${error.message}`;
    throw new LaminetError(error.code, message, { ...error.details, loss: loss.name, layer }, { cause: error });
  }
}

/** One loss of a program: its instructions' results. */
interface OneLoss {
  /** The samples' losses, as far as the network can change them. */
  readonly losses: Value;
  /** The samples' losses. */
  readonly whole: Value;
  /** What tells the class that a sample is taken for. */
  readonly decision: Value;
}

/**
 * What tells the class that a sample is taken for: the largest of what the loss takes of the network or, where that is a
 * single number, the probability that it stands for.
 */
function decisionOf(builder: ProgramBuilder, output: Value, logits: Value, lossOp: OpName): Value {
  if (sizeOf(output.shape) > 1) return logits;
  const ofSign = lossOp.startsWith('sigmoid') || lossOp === 'hinge';
  return ofSign && logits === output ? builder.emit(sigmoid, [logits], {}) : output;
}

/**
 * The loss of each sample on one output; where the loss can be fused with the last activation, on what goes into that. A
 * softmax at each pixel of a map cannot: the fused losses take one softmax over all outputs.
 */
function emitLoss(
  builder: ProgramBuilder,
  output: Value,
  targets: Value,
  loss: Loss,
  weights: Value | undefined,
): OneLoss {
  const last = builder.producer(output);
  const fused = last && fieldOf(last.geometry, 'pixels', 1) === 1 ? loss.fused[last.op] : undefined;
  const logits = fused ? (builder.value(last?.inputs[0] ?? -1) as Value) : output;
  return nameLoss(loss, last?.layer ?? 'input', () => {
    const unfit = last && loss.unfit?.[last.op];
    if (unfit) throw new LaminetError('E_OPTION', unfit, { option: 'loss' });
    const { shape } = output;
    const changes = loss.classTargets?.(shape);
    const wanted = changes ? builder.emit(classTargets, [targets], { shape, ...changes }) : targets;
    const shares = weights ? [weights] : [];
    const divisor = loss.divisor(sizeOf(shape));
    const { constants = {} } = loss;
    const op = fused ?? loss.op;
    const losses = builder.emit(op, [logits, wanted, ...shares], { divisor, constants });
    const decision = decisionOf(builder, output, logits, op.name);
    if (!loss.lessEntropy) return { losses, whole: losses, decision };
    const entropy = builder.emit(negativeEntropy, [wanted, ...shares], { shape, divisor });
    return { losses, whole: builder.emit(add, [losses, entropy], {}), decision };
  });
}

/** What the losses of a program are computed of. */
export interface LossParts {
  readonly targets: TargetKind;
  readonly loss: Loss | readonly Loss[];
  readonly weighted: boolean;
  /** The parameter of the distribution that samples are mixed by; 0 where they are not. */
  readonly mixup: number;
}

/** What the loss of a program is made of. */
export interface EmittedLoss {
  /** The samples' losses on each output, as far as the network can change them. */
  readonly losses: readonly Value[];
  /** The samples' losses on each output. */
  readonly whole: readonly Value[];
  /** The loss of the step. */
  readonly loss: Value;
  readonly correct: Value;
  /** What tells the class of the first output, and what its class should be: where samples are mixed, that of the larger share. */
  readonly decision: Value;
  readonly targets: Value;
}

/** The targets of each output: with several outputs, each one's part of the row of all. */
function emitTargets(builder: ProgramBuilder, outputs: readonly Value[], targets: Value): readonly Value[] {
  if (outputs.length === 1) return [targets];
  let begin = 0;
  return outputs.map(({ shape }) => {
    const channels = sizeOf(shape);
    const part = builder.emit(slice, [targets], { begin, channels });
    begin += channels;
    return part;
  });
}

/** The losses on all outputs, what they add up to over the batch, and the count of right answers of the first output. */
export function emitLosses(
  builder: ProgramBuilder,
  outputs: readonly Value[],
  { targets: kind, loss, weighted, mixup }: LossParts,
): EmittedLoss {
  const values = { shape: togetherShape(outputs.map(({ shape }) => shape)), kind: 'float', batched: true } as const;
  const type = kind === 'classes' ? ({ shape: [], kind: 'label', batched: true } as const) : values;
  builder.phase = 'loss';
  builder.layer = 'loss';
  const given = builder.declare('targets', type, 'targets');
  const own = emitTargets(builder, outputs, given);
  const mixed = mixup > 0 && builder.emit(mixTargets, [given], { shape: values.shape, alpha: mixup });
  const targets = mixed ? emitTargets(builder, outputs, mixed) : own;
  const each = { shape: [], kind: 'float', batched: true } as const;
  const weights = weighted ? builder.declare('weights', each, 'weights') : undefined;
  const emitted = outputs.map((output, index) => {
    const own = (Array.isArray(loss) ? loss[index] : loss) as Loss;
    return emitLoss(builder, output, targets[index] as Value, own, weights);
  });
  const whole = emitted.map((each) => each.whole);
  const sum = whole.reduce((before, each) => builder.emit(add, [before, each], {}));
  const ofStep = builder.emit(weights ? sumLoss : meanLoss, [sum], {});
  const decision = emitted[0]?.decision as Value;
  const correct = builder.emit(countCorrect, [decision, own[0]], {});
  const losses = emitted.map((each) => each.losses);
  return { losses, whole, loss: ofStep, correct, decision, targets: own[0] as Value };
}
