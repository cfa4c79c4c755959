import { firstDifference } from '../../lib/model/first-difference';

test.each<[unknown, unknown, string | undefined]>([
  [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }, undefined],
  [{ a: 1, b: [1, { c: 2 }] }, { a: 1, b: [1, { c: 3 }] }, 'b[1].c'],
  [{ a: [1] }, { a: [1, 2] }, 'a[1]'],
  [{ a: 1 }, { a: 1, b: 2 }, 'b'],
  [{ a: { b: 1 } }, { a: [1] }, 'a'],
  [{ a: null }, { a: {} }, 'a'],
  [{ a: Number.NaN }, { a: Number.NaN }, undefined],
  [{ a: {} }, { a: { constructor: 1 } }, 'a.constructor'],
  [1, 2, ''],
])('of %j and %j', (first, second, path) => {
  expect(firstDifference(first, second)?.path).toBe(path);
});

test('has both values', () => {
  expect(firstDifference({ a: { b: 1 } }, { a: {} })).toEqual({ path: 'a.b', first: 1, second: undefined });
});
