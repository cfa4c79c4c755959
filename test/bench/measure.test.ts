import { interleavedSeconds, ratios, summarize } from '../../bench/measure';
import { formatTable } from '../../bench/table';

test('the median is the middle one, or between the middle two', () => {
  expect(summarize([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3, runs: 3 });
  expect(summarize([4, 1, 2, 3])).toEqual({ median: 2.5, least: 1, most: 4, runs: 4 });
});

test('contenders run in turns, and their first round is not counted', async () => {
  const order: string[] = [];
  const contender = (name: string) => ({
    name,
    async run() {
      return order.push(name);
    },
  });
  const seconds = await interleavedSeconds([contender('a'), contender('b')], 2);
  expect(order.join('')).toBe('ababab');
  expect([...seconds]).toEqual([
    ['a', [3, 5]],
    ['b', [4, 6]],
  ]);
});

test('ratios are taken round by round', () => {
  // The last round was slow for both: the ratio of medians would be 3.
  expect(ratios([2, 6, 40], [1, 2, 20])).toEqual({ median: 2, least: 2, most: 3, runs: 3 });
});

test('a table has its numbers to the right', () => {
  const rows = [
    ['a', '1'],
    ['bcd', '1,000 - 2,000'],
  ];
  expect(formatTable(['name', 'us'], rows)).toBe(
    [
      '| name |            us |',
      '|------|--------------:|',
      '| a    |             1 |',
      '| bcd  | 1,000 - 2,000 |',
    ].join('\n'),
  );
});
