import type { Geometry, Instruction, Program, ProgramTensor } from '../../ops/program';
import { sizeOf } from '../../tensor/shape';
import { allocateFloats, type FloatArray, type Precision } from '../../tensor/storage';
import type { RunRequest } from '../backend';
import type { Kernel, Operand, Step } from './kernel';
import { kernels } from './kernels';

/** Memory for every tensor that the interpreter keeps itself, by number; missing for what is the model's. */
export type WorkingMemory = readonly (FloatArray | Int32Array | undefined)[];

/** Elements of a tensor of a program, with all samples of a full batch. */
function elementsOf(tensor: ProgramTensor, batchSize: number): number {
  return sizeOf(tensor.shape) * (tensor.batched ? batchSize : 1);
}

/** Whether a tensor lies in the run's parameters, gradients or state. */
function isOfModel({ role }: ProgramTensor): boolean {
  return role === 'parameter' || role === 'gradient' || role === 'state';
}

/** One array a tensor. Nothing is shared between tensors, so that after a step all of its values can be looked at. */
export function allocateWorkingMemory(program: Program, precision: Precision): WorkingMemory {
  return program.tensors.map((tensor) => {
    if (isOfModel(tensor)) return undefined;
    const elements = elementsOf(tensor, program.batchSize);
    return tensor.kind === 'float' ? allocateFloats(precision, elements) : new Int32Array(elements);
  });
}

/** An instruction bound to memory. */
export interface BoundInstruction {
  readonly instruction: Instruction;
  /** What the instruction writes, in the order of its outputs. */
  readonly outputs: readonly Operand[];
  run(): void;
}

/** A program bound to one request: its instructions can be run for one step after another. */
export interface BoundProgram {
  /** Everything that is done before the loss is looked at, in program order. */
  readonly compute: readonly BoundInstruction[];
  readonly finish: readonly BoundInstruction[];
  readonly update: readonly BoundInstruction[];
  /** Makes `number` the current step: which samples it takes, its learning rate, its targets. Whether it is to update. */
  begin(number: number): boolean;
  /** The number in a scalar tensor. */
  scalar(id: number): number;
}

/** Copies the targets of the step's samples, in the order of the step. */
function gatherTargets(target: FloatArray | Int32Array, width: number, { request, first, count }: Step): void {
  const { targets, order } = request;
  if (!targets) return;
  for (let n = 0; n < count; n++) {
    const sample = order[first + n] as number;
    for (let k = 0; k < width; k++) target[n * width + k] = targets[sample * width + k] as number;
  }
}

/** Copies the weights of the step's samples. */
function takeWeights(target: FloatArray, { request, first, count }: Step): void {
  if (request.weights) target.set(request.weights.subarray(first, first + count));
}

/** Binds a program's instructions to working memory and to a request's parameters, gradients and data. */
export function bindProgram(program: Program, memory: WorkingMemory, request: RunRequest): BoundProgram {
  const step: Step = {
    request,
    customs: program.customs,
    number: 0,
    count: 0,
    first: 0,
    share: 1,
    beginsUpdate: true,
    updates: true,
    learningRate: 0,
    factors: new Float64Array(0),
  };
  const operands: readonly Operand[] = program.tensors.map((tensor) => {
    if (!isOfModel(tensor)) return memory[tensor.id];
    const slot = program.parameters[tensor.parameter ?? -1];
    if (!slot) return undefined;
    if (tensor.role === 'state') {
      const begin = (tensor.slot ?? 0) * program.parameterElements + slot.offset;
      return request.state?.subarray(begin, begin + slot.size);
    }
    const buffer = tensor.role === 'gradient' ? request.gradients : request.parameters;
    return buffer.subarray(slot.offset, slot.offset + slot.size);
  });
  const targets = program.tensors.find(({ role }) => role === 'targets');
  const targetMemory = targets && memory[targets.id];
  const weights = program.tensors.find(({ role }) => role === 'weights');
  const weightMemory = weights && (memory[weights.id] as FloatArray);

  const bind = (instruction: Instruction): BoundInstruction => {
    const outputs = instruction.outputs.map((id) => operands[id]);
    const call = {
      geometry: instruction.geometry,
      inputs: instruction.inputs.map((id) => operands[id]),
      outputs,
      step,
    };
    const kernel = kernels[instruction.op] as Kernel<Geometry, readonly Operand[], readonly Operand[]>;
    return { instruction, outputs, run: () => kernel(call) };
  };

  return {
    compute: program.instructions.filter(({ phase }) => phase !== 'finish' && phase !== 'update').map(bind),
    finish: program.instructions.filter(({ phase }) => phase === 'finish').map(bind),
    update: program.instructions.filter(({ phase }) => phase === 'update').map(bind),
    begin(number) {
      const { batchSize, stepsPerUpdate, stepFactors } = program;
      const samples = request.order.length;
      const update = Math.floor(number / stepsPerUpdate);
      const firstOfUpdate = update * stepsPerUpdate * batchSize;
      step.number = number;
      step.first = number * batchSize;
      step.count = Math.min(batchSize, samples - step.first);
      step.share = step.count / (Math.min(samples, firstOfUpdate + stepsPerUpdate * batchSize) - firstOfUpdate);
      step.beginsUpdate = step.first === firstOfUpdate;
      step.updates = (number + 1) % stepsPerUpdate === 0 || step.first + step.count === samples;
      step.learningRate = request.learningRates?.[update] ?? 0;
      step.factors = request.factors?.subarray(update * stepFactors, (update + 1) * stepFactors) ?? step.factors;
      if (targets && targetMemory) gatherTargets(targetMemory, sizeOf(targets.shape), step);
      if (weightMemory) takeWeights(weightMemory, step);
      return step.updates;
    },
    scalar: (id) => operands[id]?.[0] ?? Number.NaN,
  };
}
