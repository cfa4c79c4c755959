import { LaminetError } from '../errors';
import type { Value } from '../ops/op';
import type { ProgramBuilder } from './program-builder';

/**
 * Appends the backward phase: walks the recorded instructions from the loss to the front and lets each op emit its own
 * gradient instructions. The gradient of a parameter goes to `parameterGradients`; only gradients that a wanted value
 * depends on are computed.
 *
 * @param losses the samples' losses; their gradient is the start, 1 / count for each sample, which loss gradients apply
 * @param wanted the values whose gradients are asked for: parameters, and the input for a gradient check
 * @returns the gradient of each wanted value, by its number
 */
export function differentiate(
  builder: ProgramBuilder,
  losses: Value,
  wanted: ReadonlyMap<number, Value | undefined>,
): Map<number, Value> {
  const depends = new Set(wanted.keys());
  const forward = [...builder.recorded];
  for (const { instruction } of forward) {
    if (instruction.inputs.some((id) => depends.has(id))) for (const id of instruction.outputs) depends.add(id);
  }

  builder.phase = 'backward';
  const gradients = new Map<number, Value>();
  for (const { op, instruction } of forward.reverse()) {
    const output = instruction.outputs[0];
    if (output === undefined || !op.gradient || !depends.has(output)) continue;
    const start = output === losses.id;
    const gradOutput = start ? losses : gradients.get(output);
    if (!gradOutput) continue;
    builder.layer = instruction.layer;
    const inputs = instruction.inputs.map((id) => builder.value(id));
    op.gradient({
      geometry: instruction.geometry as never,
      inputs,
      outputs: instruction.outputs.map((id) => builder.value(id) as Value),
      gradOutput,
      needs: (index) => depends.has(instruction.inputs[index] ?? -1),
      give(index, name, operands, geometry) {
        const input = inputs[index] as Value;
        if (gradients.has(input.id)) {
          throw new LaminetError('E_STATE', `${input.name} is used twice, and ${op.name} cannot add to its gradient`, {
            tensor: input.name,
          });
        }
        const gradient = wanted.get(input.id) ?? builder.declare(`grad ${input.name}`, input, 'activation');
        gradients.set(input.id, gradient);
        builder.append(name, operands, [gradient], geometry);
      },
    });
  }
  return gradients;
}
