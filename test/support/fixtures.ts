import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, type SafetensorsTensor } from '../../lib/formats/safetensors';

/** Where PyTorch's numbers are; make_fixtures.py beside that folder made them. */
const FOLDER = process.env.LAMINET_FIXTURES ?? join(__dirname, '../../../shared/fixtures/torch');

/** One case of PyTorch's numbers. */
export interface Fixture {
  readonly name: string;
  /** The arguments that PyTorch was called with. */
  readonly attributes: Readonly<Record<string, unknown>>;
  has(tensor: string): boolean;
  shape(tensor: string): readonly number[];
  /** A float64 tensor's numbers, row-major. */
  numbers(tensor: string): Float64Array;
  /** An int64 tensor's numbers. */
  labels(tensor: string): Int32Array;
  /** The tensors whose names start with `prefix`, without it. */
  withPrefix(prefix: string): ReadonlyMap<string, Float64Array>;
}

/** Reads a case by its name, `conv2d_03`. */
export function readFixture(name: string): Fixture {
  const path = join(FOLDER, `${name}.safetensors`);
  const { tensors, metadata } = decodeSafetensors(readFileSync(path), path);
  const find = (tensor: string, dtype: string): SafetensorsTensor => {
    const found = tensors.get(tensor);
    if (found?.dtype !== dtype)
      throw new Error(`${name}: ${tensor} is ${found?.dtype ?? 'missing'}, expected ${dtype}`);
    return found;
  };
  const numbers = (tensor: string): Float64Array => Float64Array.from(find(tensor, 'F64').data as Float64Array);
  return {
    name,
    attributes: JSON.parse(metadata.attrs ?? '{}') as Record<string, unknown>,
    has: (tensor) => tensors.has(tensor),
    shape: (tensor) => {
      const found = tensors.get(tensor);
      if (!found) throw new Error(`${name}: there is no tensor ${tensor}`);
      return found.shape;
    },
    numbers,
    labels: (tensor) => Int32Array.from(find(tensor, 'I64').data as BigInt64Array, Number),
    withPrefix: (prefix) =>
      new Map(
        [...tensors.keys()]
          .filter((tensor) => tensor.startsWith(prefix))
          .map((tensor) => [tensor.slice(prefix.length), numbers(tensor)]),
      ),
  };
}

/** The names of all cases that start with `prefix`, in order. */
export function fixtureNames(prefix: string): string[] {
  const index = JSON.parse(readFileSync(join(FOLDER, 'index.json'), 'utf8')) as string[];
  return index.filter((name) => name.startsWith(prefix)).sort();
}
