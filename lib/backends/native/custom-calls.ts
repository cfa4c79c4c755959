import type { CustomGradGeometry } from '../../ops/custom';
import type { Instruction, Program } from '../../ops/program';
import { allocateFloats, type FloatArray } from '../../tensor/storage';
import type { RunRequest } from '../backend';
import type { CallBack } from './addon';

/** Operands of a function begin on whole cache lines, as native/plan/ops/custom.cc has it. */
const LINE = 16;

const room = (floats: number): number => Math.ceil(floats / LINE) * LINE;

/** The user's functions, as the addon has them called during one run. */
export class CustomCalls {
  /** Where the addon leaves what functions are given, and finds what they made; missing where the program calls none. */
  readonly exchange: FloatArray | undefined;
  readonly callBack: CallBack | undefined;
  /** What a function threw. */
  failure: unknown;
  readonly #program: Program;
  readonly #request: RunRequest;

  constructor(program: Program, request: RunRequest) {
    this.#program = program;
    this.#request = request;
    if (program.customs.length === 0) return;
    const sizes = program.instructions
      .filter(({ op }) => op === 'custom' || op === 'customGrad')
      .map((each) => {
        const { inputs, outputs, gradients = 0 } = each.geometry as Partial<CustomGradGeometry>;
        const [x, y] = [program.batchSize * (inputs ?? 0), program.batchSize * (outputs ?? 0)];
        return 2 * room(y) + room(x) + room(x + gradients);
      });
    this.exchange = allocateFloats('float32', Math.max(...sizes));
    this.callBack = (number, samples) => {
      try {
        this.#call(program.instructions[number] as Instruction, samples, this.exchange as FloatArray);
        return true;
      } catch (error) {
        this.failure = error;
        return false;
      }
    };
  }

  #call(instruction: Instruction, samples: number, exchange: FloatArray): void {
    const { custom, inputs, outputs, gradients } = instruction.geometry as CustomGradGeometry;
    const functions = this.#program.customs[custom];
    const { batchSize } = this.#program;
    let next = 0;
    /** The next operand: rows for all samples of a full step, of which the step's come first, and more behind them. */
    const take = (width: number, more = 0): { readonly rows: FloatArray; readonly behind: FloatArray } => {
      const begin = next;
      const end = begin + batchSize * width;
      next += room(batchSize * width + more);
      return { rows: exchange.subarray(begin, begin + samples * width), behind: exchange.subarray(end, end + more) };
    };
    if (instruction.op === 'custom') {
      const [input, output] = [take(inputs).rows, take(outputs).rows];
      functions?.forward({ samples, input, output, parameters: this.#parameters(instruction.inputs.slice(1)) });
      return;
    }
    const [gradOutput, input, output] = [take(outputs).rows, take(inputs).rows, take(outputs).rows];
    const { rows: gradInput, behind } = take(inputs, gradients);
    const parameters = this.#parameters(instruction.inputs.slice(3));
    let end = 0;
    const trained = gradients > 0 ? parameters : [];
    functions?.backward({
      samples,
      input,
      output,
      parameters,
      gradOutput,
      gradInput,
      gradients: trained.map(({ length }) => {
        end += length;
        return behind.subarray(end - length, end);
      }),
    });
  }

  #parameters(ids: readonly number[]): FloatArray[] {
    return ids.map((id) => {
      const slot = this.#program.parameters[this.#program.tensors[id]?.parameter ?? -1];
      const begin = slot?.offset ?? 0;
      return this.#request.parameters.subarray(begin, begin + (slot?.size ?? 0));
    });
  }
}
