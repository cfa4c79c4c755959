import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { availableProcessors } from '../../lib/backends/available-processors';
import { selectThreads } from '../../lib/backends/select';
import { dense } from '../../lib/layers/dense';
import { input } from '../../lib/layers/input';
import { sequential } from '../../lib/model/sequential';

describe('the number of threads', () => {
  const before = process.env.LAMINET_THREADS;
  afterEach(() => {
    if (before === undefined) delete process.env.LAMINET_THREADS;
    else process.env.LAMINET_THREADS = before;
  });

  it('is what is asked for, from 1 to 64', () => {
    for (let threads = 1; threads <= 64; threads++) expect(selectThreads(threads)).toBe(threads);
  });

  it.each([0, -1, 65, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%p is refused', (threads) => {
    expect(() => selectThreads(threads)).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: `threads must be a whole number from 1 to 64, found ${threads}`,
      }),
    );
    const model = sequential([input([2]), dense({ units: 1 })]);
    expect(() => model.compile({ loss: 'sse', threads })).toThrow('threads must be a whole number from 1 to 64');
  });

  it.each(['0', '65', 'two', '1.5'])('LAMINET_THREADS=%s is refused by its name', (threads) => {
    process.env.LAMINET_THREADS = threads;
    expect(() => selectThreads(undefined)).toThrow(
      `LAMINET_THREADS must be a whole number from 1 to 64, found ${threads}`,
    );
  });

  it('is that of LAMINET_THREADS where nobody asks, else that of the processors, 64 at most', () => {
    process.env.LAMINET_THREADS = '3';
    expect(selectThreads(undefined)).toBe(3);
    expect(selectThreads(5)).toBe(5);
    process.env.LAMINET_THREADS = '';
    expect(selectThreads(undefined, () => 7)).toBe(7);
    expect(selectThreads(undefined, () => 200)).toBe(64);
    expect(selectThreads(undefined)).toBeLessThanOrEqual(availableParallelism());
  });
});

describe('the processors that a process can keep busy', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'laminet-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(file: string, text: string): void {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), `${text}\n`);
  }

  it('are those that it may run on where there are no control groups', () => {
    expect(availableProcessors(root, 8)).toBe(8);
    write('proc/self/cgroup', '0::/');
    expect(availableProcessors(root, 8)).toBe(8);
  });

  it.each([
    ['max 100000', 8],
    ['800000 100000', 8],
    ['1600000 100000', 8],
    ['300000 100000', 3],
    ['250000 100000', 2],
    ['50000 100000', 1],
    ['nonsense', 8],
  ])('are 8 with cpu.max = %s: %i', (limit, expected) => {
    write('proc/self/cgroup', '0::/');
    write('sys/fs/cgroup/cpu.max', limit);
    expect(availableProcessors(root, 8)).toBe(expected);
  });

  it('are limited by the tightest group from its own to the top', () => {
    write('proc/self/cgroup', '0::/outer/inner');
    write('sys/fs/cgroup/outer/inner/cpu.max', 'max 100000');
    expect(availableProcessors(root, 8)).toBe(8);
    write('sys/fs/cgroup/outer/cpu.max', '400000 100000');
    expect(availableProcessors(root, 8)).toBe(4);
    write('sys/fs/cgroup/outer/inner/cpu.max', '200000 100000');
    expect(availableProcessors(root, 8)).toBe(2);
    write('sys/fs/cgroup/other/cpu.max', '100000 100000');
    expect(availableProcessors(root, 8)).toBe(2);
  });

  it.each(['cpu,cpuacct', 'cpu'])(
    'are limited by the quota of version 1 in %s, by the path of the host too',
    (folder) => {
      write('proc/self/cgroup', '5:memory:/docker/0123\n4:cpu,cpuacct:/docker/0123\n0::/');
      write(`sys/fs/cgroup/${folder}/cpu.cfs_period_us`, '50000');
      write(`sys/fs/cgroup/${folder}/cpu.cfs_quota_us`, '-1');
      expect(availableProcessors(root, 8)).toBe(8);
      write(`sys/fs/cgroup/${folder}/cpu.cfs_quota_us`, '150000');
      expect(availableProcessors(root, 8)).toBe(3);
    },
  );
});
