import { LaminetError } from '../errors';
import { type InitializerLike, toInitializer } from '../initializers/initializer';
import { custom, fromRows, toRows } from '../ops/custom';
import type { CustomBackward, CustomForward, CustomFunctions } from '../ops/program';
import { checkShape, type Shape, sizeOf } from '../tensor/shape';
import type { FloatArray } from '../tensor/storage';
import type { Layer, LayerConfig, ParameterKind, ParameterSpec, TrainedOptions } from './layer';
import { toTrainable } from './options';

/** A parameter of a layer of your own. */
export interface CustomParameter {
  readonly shape: Shape;
  /** Default: `glorotUniform` for weights, `zeros` for biases, `ones` for numbers of a normalization. */
  readonly initializer?: InitializerLike;
  /** What regularization, decay and groups take it for. Default: `weight` with two axes or more, else `bias`. */
  readonly kind?: ParameterKind;
  /** How many inputs feed one output through it. Default: the elements of one row, `shape[1] * shape[2] * ...`. */
  readonly fanIn?: number;
  /** How many outputs one input feeds. Default: the rows, `shape[0]`. */
  readonly fanOut?: number;
}

/** What `forward` is given: float32 on the native backend; float64 in the gradient check. */
export interface ForwardCall {
  /** How many samples there are: a step's last batch can be smaller. */
  readonly samples: number;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** Whether the program trains, or evaluates and predicts. */
  readonly training: boolean;
  /** `[samples, ...inputShape]`, row by row. To be read only. */
  readonly input: FloatArray;
  /** `[samples, ...outputShape]`, to be filled. */
  readonly output: FloatArray;
  /** By name. To be read only. */
  readonly parameters: Readonly<Record<string, FloatArray>>;
}

/** What `backward` is given: the same as `forward`, its `output` as it was, and the gradients. */
export interface BackwardCall extends ForwardCall {
  /** The gradient of the loss with respect to `output`: the error that comes in. To be read only. */
  readonly gradOutput: FloatArray;
  /** Zeros, like `input`: receives the gradient with respect to `input`. */
  readonly gradInput: FloatArray;
  /** Zeros, by name, like `parameters`: receive the gradients with respect to them, summed over the samples. */
  readonly gradients: Readonly<Record<string, FloatArray>>;
}

/** A layer of your own: see {@link defineLayer}. */
export interface LayerDefinition<Options extends object> {
  /** The kind of layer, which its name in a network and in weight files is made of: a letter, then letters and digits. */
  readonly name: string;
  /** The shape of one sample of the output. To refuse an input, throw. */
  outputShape(inputShape: Shape, options: Options): Shape;
  /** Its parameters, by name. Default: none. */
  parameters?(inputShape: Shape, options: Options): Readonly<Record<string, CustomParameter>>;
  /** Fills `output`. */
  forward(call: ForwardCall, options: Options): void;
  /** Fills `gradInput`, and adds to `gradients`. */
  backward(call: BackwardCall, options: Options): void;
}

/** Makes layers of a kind that {@link defineLayer} defined. */
export interface DefinedLayer<Options extends object = object> {
  (options?: Options & TrainedOptions): Layer;
  /** The kind: the definition's name. */
  readonly kind: string;
}

/**
 * A layer of your own, in TypeScript: returns a function that makes such layers, to be used like `dense` and the others,
 * on either backend. Both functions are called once a step, for all samples of the batch, in the thread of the event loop;
 * between them the network's other layers run natively. They compute at once (no promises) and keep nothing that they are
 * given beyond the call. Options are kept in model files as JSON; `loadModel(path, { layers: [yours] })` reads them again.
 * `checkGradients` and `laminet gradcheck` check `backward` against differences, like that of any layer.
 *
 * Errors: `E_OPTION` for a definition without its parts; when the network is built, what `outputShape` throws, and `E_SHAPE`
 * for shapes that are none; while it runs, `E_LAYER` for what `forward` and `backward` throw, with the layer's name.
 *
 * @example
 * defineLayer({ name: 'double', outputShape: (shape) => shape, forward: ({ input, output }) => output.set(input.map((x) => 2 * x)), backward: ({ gradOutput, gradInput }) => gradInput.set(gradOutput.map((g) => 2 * g)) });
 */
export function defineLayer<Options extends object = object>(
  definition: LayerDefinition<Options>,
): DefinedLayer<Options> {
  checkDefinition(definition);
  const kind = definition.name;
  const make = (options?: Options & TrainedOptions): Layer => {
    const { name, trainable: _, ...own } = options ?? {};
    const given = own as Options;
    return {
      kind,
      name,
      trainable: toTrainable(options ?? {}),
      config: own as LayerConfig,
      build(inputShape) {
        const outputShape = definition.outputShape(inputShape, given);
        checkListed(outputShape, `the output shape of ${kind}`);
        const parameters = Object.entries(definition.parameters?.(inputShape, given) ?? {}).map(toSpec);
        return {
          outputShape,
          parameters,
          flops: 0,
          emit(emitter, input, values) {
            const call = { definition, options: given, inputShape, outputShape, training: emitter.training };
            const number = emitter.custom(bind(call, parameters, emitter.layer));
            const { batchSize } = emitter;
            const rows = emitter.emit(toRows, [input], { batchSize, shape: inputShape });
            const attributes = { custom: number, batchSize, inputShape, outputShape };
            const result = emitter.emit(custom, [rows, ...values], attributes);
            return emitter.emit(fromRows, [result], { batchSize, shape: outputShape });
          },
        };
      },
    };
  };
  return Object.assign(make, { kind });
}

const PARTS = ['outputShape', 'forward', 'backward'] as const;

function checkDefinition<Options extends object>(definition: LayerDefinition<Options>): void {
  const { name } = definition;
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9]*$/.test(name)) {
    const found = JSON.stringify(name);
    throw new LaminetError(
      'E_OPTION',
      `the name of a layer must be a letter, then letters and digits, found ${found}`,
      {
        option: 'name',
        found: name,
      },
    );
  }
  for (const part of PARTS) {
    if (typeof definition[part] === 'function') continue;
    throw new LaminetError('E_OPTION', `the layer ${name} needs a function ${part}, found ${typeof definition[part]}`, {
      option: part,
      layer: name,
    });
  }
}

/** Throws unless a shape is one: what a definition returns may be anything. */
function checkListed(shape: Shape, where: string): void {
  if (!Array.isArray(shape)) {
    throw new LaminetError('E_SHAPE', `${where}: expected a list of sizes, found ${String(shape)}`, { where, shape });
  }
  checkShape(shape, where);
}

const FIRST_VALUES = { weight: 'glorotUniform', bias: 'zeros', norm: 'ones' } as const;

function toSpec([name, parameter]: readonly [string, CustomParameter]): ParameterSpec {
  const { shape, kind = shape.length > 1 ? 'weight' : 'bias' } = parameter;
  checkListed(shape, `the parameter ${name}`);
  return {
    name,
    kind,
    shape,
    initializer: toInitializer(parameter.initializer ?? FIRST_VALUES[kind]),
    fanIn: parameter.fanIn ?? sizeOf(shape.slice(1)),
    fanOut: parameter.fanOut ?? shape[0] ?? 1,
  };
}

/** What a layer's functions are given at every call. */
interface Bound<Options extends object> {
  readonly definition: LayerDefinition<Options>;
  readonly options: Options;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly training: boolean;
}

/** A definition's functions as a program calls them: parameters in order rather than by name. */
function bind<Options extends object>(
  { definition, options, inputShape, outputShape, training }: Bound<Options>,
  specs: readonly ParameterSpec[],
  layer: string,
): CustomFunctions {
  const byName = (arrays: readonly FloatArray[]): Record<string, FloatArray> =>
    Object.fromEntries(specs.map(({ name }, index) => [name, arrays[index] as FloatArray]));
  const toCall = ({ samples, input, output, parameters }: CustomForward): ForwardCall => ({
    samples,
    inputShape,
    outputShape,
    training,
    input,
    output,
    parameters: byName(parameters),
  });
  return {
    forward: (call) => guard(layer, definition.name, 'forward', () => definition.forward(toCall(call), options)),
    backward(call: CustomBackward) {
      const { gradOutput, gradInput, parameters } = call;
      // Of a frozen layer nobody wants these; it is spared the question.
      const gradients = call.gradients.length > 0 ? call.gradients : parameters.map((values) => values.slice().fill(0));
      guard(layer, definition.name, 'backward', () =>
        definition.backward({ ...toCall(call), gradOutput, gradInput, gradients: byName(gradients) }, options),
      );
    },
  };
}

/** Calls a function of the user's; what goes wrong there is told with the layer's name. */
function guard(layer: string, kind: string, part: string, call: () => unknown): void {
  let returned: unknown;
  try {
    returned = call();
  } catch (error) {
    const reason = (error as { readonly message?: string } | undefined)?.message ?? String(error);
    throw new LaminetError(
      'E_LAYER',
      `layer ${layer} (${kind}): ${part} threw: ${reason}`,
      { layer, kind, part },
      {
        cause: error,
      },
    );
  }
  if (typeof (returned as { readonly then?: unknown } | undefined)?.then === 'function') {
    const sentence = `layer ${layer} (${kind}): ${part} returned a promise, expected it to compute at once`;
    throw new LaminetError('E_LAYER', sentence, { layer, kind, part });
  }
}
