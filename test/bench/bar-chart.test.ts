import { barChart, decades, shortNumber } from '../../bench/bar-chart';

const chart = (values: readonly (number | undefined)[]) =>
  barChart({
    title: 'a < b & c',
    description: 'two groups',
    groups: ['1', '16'],
    groupAxis: 'images in a batch',
    valueAxis: 'images a second',
    series: [{ name: 'one', values }],
  });

/** The heights of the bars: all rectangles but the card and the squares of the legend. */
const heights = (svg: string): number[] =>
  [...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)" fill="[^"]+"><title>/g)].map(
    ([, height]) => Number(height),
  );

test('decades reach around all values, and below the smallest', () => {
  expect(decades([14, 93_000])).toEqual([1, 2, 3, 4, 5]);
  expect(decades([100])).toEqual([1, 2]);
  expect(decades([0.02, 5])).toEqual([-2, -1, 0, 1]);
  expect(decades([Number.NaN, 0])).toEqual([0, 1]);
});

test.each([
  [93_456, '93k'],
  [8_540, '8.5k'],
  [1_000, '1k'],
  [999.7, '1k'],
  [620.4, '620'],
  [9.96, '10'],
  [0.23, '0.2'],
])('%p is short as %s', (value, short) => {
  expect(shortNumber(value)).toBe(short);
});

test('ten times as much is a bar higher by one decade', () => {
  const [low = 0, high = 0] = heights(chart([20, 200]));
  const [axisLow = 0, axisHigh = 0] = heights(chart([10, 100_000]));
  // The first axis goes from 10 to 1,000; the second from 1 to 100,000, with bars of one decade and of all five.
  expect(high - low).toBeCloseTo(axisHigh / 2, 0);
  expect(axisHigh).toBeCloseTo(5 * axisLow, 0);
});

test('a missing value has no bar, and text is escaped', () => {
  const svg = chart([undefined, 5]);
  expect(heights(svg)).toHaveLength(1);
  expect(svg).toContain('<title id="title">a &lt; b &amp; c</title>');
  expect(svg).toContain('images in a batch');
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});
