import type { Value } from '../ops/op';
import { pairGeometry } from '../ops/pairwise';
import type { ProgramBuilder } from './program-builder';

/**
 * The gradients under way. A value that is used several times has one from each use; they are added up in the order in
 * which they come, which is from the last use to the first.
 */
class Gradients {
  readonly found = new Map<number, Value>();
  readonly #builder: ProgramBuilder;
  readonly #wanted: ReadonlyMap<number, Value | undefined>;

  constructor(builder: ProgramBuilder, wanted: ReadonlyMap<number, Value | undefined>) {
    this.#builder = builder;
    this.#wanted = wanted;
  }

  /** A tensor for the gradient that one use of `value` is about to compute. Call {@link use} when it is computed. */
  place(value: Value): Value {
    if (!this.found.has(value.id)) return this.#whole(value);
    return this.#part(value);
  }

  /** Counts `gradient` as that of one use of `value`. */
  use(value: Value, gradient: Value): void {
    const before = this.found.get(value.id);
    if (!before) {
      this.found.set(value.id, gradient);
      return;
    }
    let first = before;
    if (first === this.#wanted.get(value.id)) {
      // What was thought to be the whole gradient is a part of it.
      first = this.#part(value);
      this.#builder.redirect(before, first);
    }
    const sum = this.#whole(value);
    this.#builder.append('add', [first, gradient], [sum], pairGeometry(value.shape));
    this.found.set(value.id, sum);
  }

  #whole(value: Value): Value {
    return (
      this.#wanted.get(value.id) ?? this.#builder.declare(`grad ${value.name}`, value, this.#builder.roleOf(value))
    );
  }

  #part(value: Value): Value {
    const { parameter } = this.#builder.tensors[value.id] ?? {};
    const role = parameter === undefined ? this.#builder.roleOf(value) : 'partial';
    return this.#builder.declare(`part of grad ${value.name}`, value, role, parameter);
  }
}

/**
 * Appends the backward phase: walks the recorded instructions from the losses to the front and lets each op emit its own
 * gradient instructions. Only gradients that a wanted value depends on are computed. The gradients of a value that is used
 * several times are added up by `add` instructions, in the order of this walk.
 *
 * @param losses the samples' losses, of each output; their gradient is the start, 1 / count for each sample, which loss
 *   gradients apply
 * @param wanted the values whose gradients are asked for, with the tensors to write them to: parameters, and the input for
 *   a gradient check
 * @returns the gradient of each value, by its number
 */
export function differentiate(
  builder: ProgramBuilder,
  losses: readonly Value[],
  wanted: ReadonlyMap<number, Value | undefined>,
): ReadonlyMap<number, Value> {
  const depends = new Set(wanted.keys());
  const forward = [...builder.recorded];
  for (const { instruction } of forward) {
    if (instruction.inputs.some((id) => depends.has(id))) for (const id of instruction.outputs) depends.add(id);
  }

  builder.phase = 'backward';
  const gradients = new Gradients(builder, wanted);
  for (const { op, instruction } of forward.reverse()) {
    const output = instruction.outputs[0];
    if (output === undefined || !op.gradient || !depends.has(output)) continue;
    const gradOutput = losses.find(({ id }) => id === output) ?? gradients.found.get(output);
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
        const gradient = gradients.place(input);
        builder.append(name, operands, [gradient], geometry);
        gradients.use(input, gradient);
      },
      compute(name, operands, called, type, geometry) {
        const value = builder.declare(`${instruction.layer}:${called}`, type, builder.roleOf(type));
        builder.append(name, operands, [value], geometry);
        return value;
      },
      pass: (index, gradient = gradOutput) => gradients.use(inputs[index] as Value, gradient),
    });
  }
  return gradients.found;
}
