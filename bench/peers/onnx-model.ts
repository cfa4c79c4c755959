/**
 * `lenet5` as an ONNX model with weights at random, for runtimes that read such files: the few fields of the format
 * that it needs, in protobuf's wire encoding. Source: onnx.proto3, opset 13.
 */

/** Bytes of one field; a message is its fields one after another. */
type Field = Uint8Array;

const FLOAT = 1;

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

const integer = (field: number, value: number): Field => Uint8Array.from([...varint(field << 3), ...varint(value)]);

function bytes(field: number, content: Uint8Array): Field {
  const head = [...varint((field << 3) | 2), ...varint(content.length)];
  const whole = new Uint8Array(head.length + content.length);
  whole.set(head);
  whole.set(content, head.length);
  return whole;
}

const text = (field: number, content: string): Field => bytes(field, new TextEncoder().encode(content));
const message = (field: number, ...fields: Field[]): Field => bytes(field, Buffer.concat(fields));

const INTS = 7;

/** A node of a graph: what it reads and writes, and its lists of whole numbers. */
function node(op: string, inputs: readonly string[], output: string, lists: Record<string, readonly number[]> = {}) {
  return message(
    1,
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, op),
    ...Object.entries(lists).map(([name, values]) =>
      message(5, text(1, name), ...values.map((value) => integer(8, value)), integer(20, INTS)),
    ),
  );
}

/** A tensor of small numbers that comes with the model. */
function weights(name: string, shape: readonly number[]): Field {
  const size = shape.reduce((product, axis) => product * axis, 1);
  const values = Float32Array.from({ length: size }, (_, index) => Math.sin(index) / Math.sqrt(size));
  return message(
    5,
    ...shape.map((axis) => integer(1, axis)),
    integer(2, FLOAT),
    text(8, name),
    bytes(9, new Uint8Array(values.buffer)),
  );
}

/** An input or output of the graph; an axis with a name takes any size. */
function value(field: number, name: string, shape: readonly (number | string)[]): Field {
  const axes = shape.map((axis) => message(1, typeof axis === 'number' ? integer(1, axis) : text(2, axis)));
  return message(field, text(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...axes))));
}

/** The file's bytes. Input `images` [n, 1, 32, 32], output `probabilities` [n, 10]. */
export function lenet5Onnx(): Uint8Array {
  const convolution = (index: number, input: string): Field[] => [
    node('Conv', [input, `w${index}`, `b${index}`], `sums${index}`, { kernel_shape: [5, 5] }),
    node('Tanh', [`sums${index}`], `maps${index}`),
  ];
  const pool = (index: number): Field =>
    node('MaxPool', [`maps${index}`], `pooled${index}`, { kernel_shape: [2, 2], strides: [2, 2] });
  const graph = message(
    7,
    ...convolution(1, 'images'),
    pool(1),
    ...convolution(2, 'pooled1'),
    pool(2),
    ...convolution(3, 'pooled2'),
    node('Flatten', ['maps3'], 'features'),
    node('Gemm', ['features', 'w4', 'b4'], 'sums4'),
    node('Tanh', ['sums4'], 'units'),
    node('Softmax', ['units'], 'probabilities'),
    text(2, 'lenet5'),
    weights('w1', [6, 1, 5, 5]),
    weights('b1', [6]),
    weights('w2', [16, 6, 5, 5]),
    weights('b2', [16]),
    weights('w3', [120, 16, 5, 5]),
    weights('b3', [120]),
    weights('w4', [120, 10]),
    weights('b4', [10]),
    value(11, 'images', ['n', 1, 32, 32]),
    value(12, 'probabilities', ['n', 10]),
  );
  return Buffer.concat([integer(1, 8), graph, message(8, integer(2, 13))]);
}
