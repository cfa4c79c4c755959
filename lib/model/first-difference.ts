/** Where two JSON values differ first. */
export interface Difference {
  /** `network.layers[1].config.units` */
  readonly path: string;
  readonly first: unknown;
  readonly second: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The first difference of two JSON values, by their members in the order of the first; undefined where there is none. */
export function firstDifference(first: unknown, second: unknown, path = ''): Difference | undefined {
  if (!isObject(first) || !isObject(second) || Array.isArray(first) !== Array.isArray(second)) {
    return Object.is(first, second) ? undefined : { path, first, second };
  }
  const keys = new Set([...Object.keys(first), ...Object.keys(second)]);
  for (const key of keys) {
    const place = Array.isArray(first) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const own = Object.hasOwn(first, key) ? first[key] : undefined;
    const other = Object.hasOwn(second, key) ? second[key] : undefined;
    const difference = firstDifference(own, other, place);
    if (difference) return difference;
  }
  return undefined;
}
