import type { Emitter } from '../layers/layer';
import type { Inference, Op, Value } from '../ops/op';
import type {
  CustomFunctions,
  Geometry,
  Instruction,
  ParameterSlot,
  Phase,
  ProgramTensor,
  TensorRole,
  TensorType,
} from '../ops/program';
import type { OpName } from '../ops/registry';

/** An instruction together with the op whose gradient rule can be asked. */
interface Recorded {
  readonly op: Op;
  readonly instruction: Instruction;
}

/** Writes a program: numbers tensors, appends instructions, and remembers which op computed what. */
export class ProgramBuilder implements Emitter {
  readonly tensors: ProgramTensor[] = [];
  readonly instructions: Instruction[] = [];
  readonly recorded: Recorded[] = [];
  /** The phase and layer that emitted instructions belong to. */
  phase: Phase = 'input';
  layer = 'input';
  /** Whether the layer that emits is frozen. */
  frozen = false;
  /** What {@link update} was told, in order. */
  readonly updates: Instruction[] = [];

  #randomUses = 0;

  /** What {@link custom} was told, in order. */
  readonly customs: CustomFunctions[] = [];

  constructor(
    readonly training = false,
    readonly batchSize = 1,
  ) {}

  nextRandomUse(): number {
    this.#randomUses += 1;
    return this.#randomUses - 1;
  }

  custom(functions: CustomFunctions): number {
    return this.customs.push(functions) - 1;
  }

  /** The role of a value that an instruction computes. */
  roleOf(type: TensorType): TensorRole {
    if (type.batched) return 'activation';
    return type.shape.length === 0 ? 'scalar' : 'statistics';
  }

  update<A, G extends Geometry>(op: Op<A, G>, inputs: readonly (Value | undefined)[], attributes: A): void {
    const { geometry }: Inference = op.infer(inputs, attributes);
    this.updates.push({
      op: op.name,
      phase: 'finish',
      inputs: inputs.map((value) => value?.id ?? -1),
      outputs: [],
      geometry,
      layer: this.layer,
    });
  }

  /** Adds a tensor that no instruction computes: a parameter, its gradient, the targets. */
  declare(name: string, type: TensorType, role: TensorRole, parameter?: number, slot?: number): Value {
    const tensor: ProgramTensor = {
      id: this.tensors.length,
      name,
      role,
      shape: type.shape,
      kind: type.kind,
      batched: type.batched,
      ...(parameter === undefined ? {} : { parameter }),
      ...(slot === undefined ? {} : { slot }),
    };
    this.tensors.push(tensor);
    return tensor;
  }

  /** Declares what an optimizer keeps of a parameter, by its names: one in each slot. */
  declareState(slot: ParameterSlot, index: number, names: readonly string[]): Value[] {
    const type = { shape: slot.shape, kind: 'float', batched: false } as const;
    return names.map((name, place) => this.declare(`${name} ${slot.name}`, type, 'state', index, place));
  }

  /** Declares a parameter, or the gradient of one. */
  declareParameter(slot: ParameterSlot, index: number, role: 'parameter' | 'gradient'): Value {
    const name = role === 'gradient' ? `grad ${slot.name}` : slot.name;
    return this.declare(name, { shape: slot.shape, kind: 'float', batched: false }, role, index);
  }

  emit<A, G extends Geometry>(op: Op<A, G>, inputs: readonly (Value | undefined)[], attributes: A): Value {
    return this.emitAll(op, inputs, attributes)[0] as Value;
  }

  /** Like {@link emit}, with every output. */
  emitAll<A, G extends Geometry>(
    op: Op<A, G>,
    inputs: readonly (Value | undefined)[],
    attributes: A,
  ): readonly Value[] {
    const { geometry, outputs }: Inference = op.infer(inputs, attributes);
    const values = outputs.map((type) => this.declare(`${this.layer}:${op.name}`, type, this.roleOf(type)));
    const instruction = this.append(op.name, inputs, values, geometry);
    this.recorded.push({ op: op as unknown as Op, instruction });
    return values;
  }

  /** Appends an instruction that has no outputs: it changes what it is given. */
  perform<A, G extends Geometry>(op: Op<A, G>, inputs: readonly (Value | undefined)[], attributes: A): void {
    this.append(op.name, inputs, [], op.infer(inputs, attributes).geometry);
  }

  /** Appends an instruction whose outputs are declared already. */
  append(
    op: OpName,
    inputs: readonly (Value | undefined)[],
    outputs: readonly Value[],
    geometry: Geometry,
  ): Instruction {
    const instruction: Instruction = {
      op,
      phase: this.phase,
      inputs: inputs.map((value) => value?.id ?? -1),
      outputs: outputs.map(({ id }) => id),
      geometry,
      layer: this.layer,
    };
    this.instructions.push(instruction);
    return instruction;
  }

  /** Has the instruction that writes `from` write `to` in its place. */
  redirect(from: Value, to: Value): void {
    const index = this.instructions.findIndex(({ outputs }) => outputs.includes(from.id));
    const instruction = this.instructions[index];
    if (!instruction) return;
    const outputs = instruction.outputs.map((id) => (id === from.id ? to.id : id));
    this.instructions[index] = { ...instruction, outputs };
  }

  /** The instruction that computed a value, if one did. */
  producer(value: Value): Instruction | undefined {
    return this.instructions.find(({ outputs }) => outputs.includes(value.id));
  }

  /** The tensor of that number; -1 is none. */
  value(id: number): Value | undefined {
    return id < 0 ? undefined : this.tensors[id];
  }
}
