import type { Value } from '../ops/op';
import { sizeOf } from '../tensor/shape';
import type { ProgramBuilder } from './program-builder';

/**
 * Lets max-pooling go before the activation that it follows, where that activation never decreases: the largest of some
 * values and the activation's value of the largest are the same number, and there are fewer activations to compute, a
 * quarter for windows of 2x2. Nothing else may use the activation's values.
 *
 * Of values that the activation makes equal (both saturated, or both below 0 in a relu) the larger one now takes the
 * gradient, not the first; the activation's derivative, which the gradient is multiplied by, is 0 or nearly so there.
 */
export function poolBeforeActivations(builder: ProgramBuilder, outputs: readonly Value[]): void {
  const { recorded, instructions, tensors } = builder;
  for (const [index, activation] of recorded.entries()) {
    const pooling = recorded[index + 1];
    const activated = activation.instruction.outputs[0];
    if (!pooling || !activation.op.monotonic || pooling.op.name !== 'maxPool2d' || activated === undefined) continue;
    const users = instructions.filter(({ inputs }) => inputs.includes(activated));
    const [pooled, winners] = pooling.instruction.outputs;
    if (users.length !== 1 || users[0] !== pooling.instruction || outputs.some(({ id }) => id === activated)) continue;
    if (pooled === undefined || winners === undefined) continue;

    const type = tensors[pooled];
    const between = tensors[activated];
    if (!type || !between) continue;
    tensors[activated] = { ...type, id: activated, name: `${pooling.instruction.layer}:maxPool2d` };
    tensors[pooled] = { ...type, name: between.name };
    const first = { ...pooling.instruction, inputs: activation.instruction.inputs, outputs: [activated, winners] };
    const geometry = { ...activation.instruction.geometry, elements: sizeOf(type.shape) };
    const second = { ...activation.instruction, inputs: [activated], outputs: [pooled], geometry };
    instructions[instructions.indexOf(activation.instruction)] = first;
    instructions[instructions.indexOf(pooling.instruction)] = second;
    recorded[index] = { op: pooling.op, instruction: first };
    recorded[index + 1] = { op: activation.op, instruction: second };
  }
}
