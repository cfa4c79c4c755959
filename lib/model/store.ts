import { LaminetError } from '../errors';
import { readFileWhole } from '../files/read-whole';
import { writeWhole } from '../files/write-whole';
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type SafetensorsTensor,
} from '../formats/safetensors';
import { formatShape, sameShape } from '../tensor/shape';
import type { FloatArray } from '../tensor/storage';
import { describeGraph } from './description';
import type { Graph } from './graph';
import type { ParameterStore } from './parameters';

/** The most bytes that a weight file may have. */
const LARGEST_FILE = 4 * 2 ** 30;

/** What the names of a checkpoint's tensors begin with that are no parameters: no name of a layer has a slash. */
export const TRAINING = 'training/';

/** Numbers as a file has them, over the same memory. */
export function floatTensor(data: FloatArray, shape: readonly number[] = [data.length]): SafetensorsTensor {
  return { dtype: data.BYTES_PER_ELEMENT === 8 ? 'F64' : 'F32', shape: [...shape], data };
}

/** The parameters of a network by their names, over the flat buffer. */
export function parameterTensors({ parameters }: Graph, values: FloatArray): Map<string, SafetensorsTensor> {
  return new Map(
    parameters.map(({ name, shape, offset, size }) => [
      name,
      floatTensor(values.subarray(offset, offset + size), shape),
    ]),
  );
}

/**
 * Writes a network and its parameters to a safetensors file: the tensors by name, the network as JSON in the metadata, and
 * the options of `compile`, where they can be described.
 */
export async function saveModel(
  path: string,
  name: string,
  graph: Graph,
  frozen: ReadonlySet<string>,
  values: FloatArray,
  compile: string | undefined,
): Promise<void> {
  const network = describeGraph(name, graph, frozen);
  const metadata = { format: 'laminet', network, ...(compile !== undefined && { compile }) };
  await writeWhole(path, encodeSafetensors(parameterTensors(graph, values), metadata));
}

/** Reads a file of tensors. Errors: `E_FILE`, `E_FORMAT`. */
export async function readTensors(path: string): Promise<SafetensorsFile> {
  return decodeSafetensors(await readFileWhole(path, LARGEST_FILE), path);
}

/** Reads a weight file, or the weights of a checkpoint. Errors: `E_FILE`, `E_FORMAT`. */
export async function readWeights(path: string): Promise<SafetensorsFile> {
  return weightsOf(await readTensors(path));
}

/** A file without what training keeps beside the weights. */
export function weightsOf({ tensors, metadata }: SafetensorsFile): SafetensorsFile {
  return { tensors: new Map([...tensors].filter(([name]) => !name.startsWith(TRAINING))), metadata };
}

function refuse(path: string, sentence: string, details: Record<string, unknown>): never {
  throw new LaminetError('E_SHAPE', `${path}: ${sentence}`, { path, ...details });
}

/**
 * Puts a file's tensors into the parameters of a network, after every name, shape and number format was found to match: all
 * of them or none. Error: `E_SHAPE`.
 */
export function assignParameters(path: string, file: SafetensorsFile, name: string, store: ParameterStore): void {
  const expected = [...store.entries()];
  for (const [{ name: key, shape }] of expected) {
    const tensor = file.tensors.get(key);
    if (!tensor) refuse(path, `there is no tensor ${JSON.stringify(key)}, which ${name} needs`, { tensor: key });
    if (!sameShape(tensor.shape, shape)) {
      refuse(path, `${key} is ${formatShape(tensor.shape)}, but in ${name} it is ${formatShape(shape)}`, {
        tensor: key,
        found: tensor.shape,
        expected: shape,
      });
    }
    if (tensor.dtype !== 'F32' && tensor.dtype !== 'F64') {
      refuse(path, `${key} holds ${tensor.dtype} numbers, expected F32 or F64`, { tensor: key, dtype: tensor.dtype });
    }
  }
  for (const key of file.tensors.keys()) {
    if (!expected.some(([parameter]) => parameter.name === key)) {
      refuse(path, `${name} has no parameter for the tensor ${JSON.stringify(key)}`, { tensor: key });
    }
  }
  store.noteChange();
  for (const [{ name: key }, values] of expected) {
    values.set(file.tensors.get(key)?.data as Float32Array | Float64Array);
  }
}
