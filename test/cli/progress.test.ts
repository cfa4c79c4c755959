import { progressLine } from '../../lib/cli/progress';
import { formatDuration, shellWord } from '../../lib/cli/terminal';
import { spread } from '../../lib/cli/text-table';
import type { TrainingEvent } from '../../lib/model/events';

const event: Extract<TrainingEvent, { type: 'progress' }> = {
  type: 'progress',
  epoch: 2,
  step: 125,
  steps: 500,
  samplesSeen: 2000,
  samplesPerSecond: 20_000,
  loss: 0.88426,
  accuracy: 0.9564,
};
const line = (columns: number): string => progressLine(event, 4, 0.25, columns);

test('a wide terminal gets everything, in words', () => {
  // Three quarters of this epoch and two more, 2,500 steps less 625, at 1,250 steps a second.
  expect(line(120)).toBe(
    'epoch 2/4  ██████░░░░░░░░░░░░░░░░░░  step 125/500  loss 0.8843  accuracy 95.64 %  20,000 images/s  1 s left',
  );
});

test('a terminal of 80 columns gets everything, in short', () => {
  expect(line(80)).toBe('2/4  ███░░░░░░░  125/500  loss 0.8843  95.64 %  20,000 images/s  1 s left');
});

test('a narrow terminal gets what matters most, and never a line that wraps', () => {
  expect(line(40)).toBe('2/4  loss 0.8843  95.64 %  1 s left');
  for (let columns = 12; columns <= 160; columns++) {
    const text = line(columns);
    expect(text.length).toBeLessThan(columns);
    expect(text).toContain('2/4');
  }
});

test('before the first step nothing is known of the time', () => {
  expect(progressLine({ ...event, step: 0, samplesSeen: 0 }, 4, 0, 80)).toContain('? left');
});

test('times for a person', () => {
  expect([0.4, 59.4, 59.6, 185, 3600, 8040].map(formatDuration)).toEqual([
    '0 s',
    '59 s',
    '1 min 0 s',
    '3 min 5 s',
    '1 h 0 min',
    '2 h 14 min',
  ]);
});

test('words for a shell', () => {
  expect(shellWord('runs/2026-03-05-lenet5')).toBe('runs/2026-03-05-lenet5');
  expect(shellWord("my runs/it's")).toBe("'my runs/it'\\''s'");
});

test('some of a long list, its ends among them', () => {
  const list = Array.from({ length: 100 }, (_, index) => index);
  expect(spread(list, 5)).toEqual([0, 25, 50, 74, 99]);
  expect(spread(list, 100)).toBe(list);
});
