import { disagreement, exact, float32Elementwise, float32Reduction, float64Fixture } from './tolerance';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

it('agrees within the tolerance, relative to the largest number', () => {
  expect(disagreement([1000, 1 + 9e-8], [1000, 1], float64Fixture)).toBeUndefined();
  expect(disagreement([1000, 1 + 2e-7], [1000, 1], float64Fixture)).toContain('at 1:');
});

it('is absolute where all numbers are below 1', () => {
  expect(disagreement([1e-11], [0], float64Fixture)).toBeUndefined();
  expect(disagreement([2e-10], [0], float64Fixture)).toContain('error 2e-10');
});

it('names the worst of several', () => {
  expect(disagreement([1, 3, 2], [1, 1, 1], exact)).toContain('at 1: 3 instead of 1');
});

it.each([
  { actual: [nan], expected: [1] },
  { actual: [1], expected: [nan] },
  { actual: [infinity], expected: [1] },
  { actual: [1], expected: [infinity] },
  { actual: [-infinity], expected: [infinity] },
])('$actual is not $expected, whatever the tolerance', ({ actual, expected }) => {
  expect(disagreement(actual, expected, float32Reduction(1e9))).toContain('error Infinity');
});

it('NaN and infinities agree with themselves', () => {
  expect(disagreement([nan, infinity, -infinity, -0], [nan, infinity, -infinity, 0], exact)).toBeUndefined();
});

it('tells lengths that differ', () => {
  expect(disagreement([1], [1, 2], exact)).toBe('1 numbers instead of 2');
});

it('grows with the square root of a reduction', () => {
  expect(float32Reduction(400).relative / 2 ** -23).toBe(88);
  expect(float32Elementwise.relative / 2 ** -23).toBe(8);
});
