import { LaminetError } from '../errors';

/** The same numbers in shared memory, so that no caller can change them while a run reads them. */
export function copyShared<T extends Uint8Array | Float32Array>(
  values: ArrayLike<number>,
  ArrayType: { new (buffer: SharedArrayBuffer): T; readonly BYTES_PER_ELEMENT: number },
): T {
  const copy = new ArrayType(new SharedArrayBuffer(values.length * ArrayType.BYTES_PER_ELEMENT));
  copy.set(values);
  return copy;
}

/** The largest label. */
export function largest(labels: Int32Array): number {
  return labels.reduce((most, label) => Math.max(most, label), 0);
}

/** Labels in shared memory. Error: `E_DATA` for another number than samples, or a label that is no class. */
export function copyLabels(
  labels: ArrayLike<number>,
  count: number,
  classes: number | undefined,
  name: string,
): Int32Array {
  if (labels.length !== count) {
    throw new LaminetError('E_DATA', `${name}: ${count} samples but ${labels.length} labels`, {
      count,
      labels: labels.length,
    });
  }
  const limit = classes ?? 2 ** 31 - 1;
  const copy = new Int32Array(new SharedArrayBuffer(count * 4));
  for (let index = 0; index < count; index++) {
    const label = labels[index] as number;
    if (!Number.isInteger(label) || label < 0 || label >= limit) {
      throw new LaminetError(
        'E_DATA',
        `${name}: label ${index} is ${label}, expected a whole number from 0 to ${limit - 1}`,
        { index, label, classes: limit },
      );
    }
    copy[index] = label;
  }
  return copy;
}

/** Rows of targets in shared memory. Error: `E_DATA` where they are no whole rows. */
export function copyTargets(targets: ArrayLike<number>, count: number, name: string): Float32Array {
  if (targets.length === 0 || targets.length % count !== 0) {
    throw new LaminetError(
      'E_DATA',
      `${name}: ${targets.length} target numbers are no whole rows for ${count} samples`,
      {
        count,
        targets: targets.length,
      },
    );
  }
  return copyShared(targets, Float32Array);
}

/** Weights of samples in shared memory. Error: `E_DATA` for another number than samples, or one below 0 or not finite. */
export function copySampleWeights(weights: ArrayLike<number>, count: number, name: string): Float32Array {
  if (weights.length !== count) {
    throw new LaminetError('E_DATA', `${name}: ${count} samples but ${weights.length} sample weights`, {
      count,
      weights: weights.length,
    });
  }
  for (let index = 0; index < count; index++) {
    const weight = weights[index] as number;
    if (Number.isFinite(weight) && weight >= 0) continue;
    throw new LaminetError(
      'E_DATA',
      `${name}: sample weight ${index} is ${weight}, expected a finite number of at least 0`,
      { index, weight },
    );
  }
  return copyShared(weights, Float32Array);
}

/** The names of classes. Error: `E_DATA` for another number than classes, names without labels, or a name that is no text. */
export function copyClassNames(
  classNames: readonly string[],
  { labels, classes }: { readonly labels?: unknown; readonly classes?: number },
  name: string,
): readonly string[] {
  const names = [...classNames];
  if (names.length === 0) throw new LaminetError('E_DATA', `${name}: there are no class names`, { classes });
  const wrong = names.findIndex((each) => typeof each !== 'string' || each === '');
  if (wrong >= 0) {
    const found = JSON.stringify(names[wrong]);
    throw new LaminetError('E_DATA', `${name}: the name of class ${wrong} is ${found}, expected a text`, { wrong });
  }
  if (!labels || names.length !== (classes ?? names.length)) {
    const found = labels ? `${classes} classes` : 'no labels';
    throw new LaminetError('E_DATA', `${name}: ${names.length} class names but ${found}`, { names, classes });
  }
  return names;
}
