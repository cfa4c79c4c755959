import { Readable } from 'node:stream';
import { setImmediate as tick } from 'node:timers/promises';
import type { Dataset } from '../../lib/data/dataset';
import { collectDataset, streamChunks } from '../../lib/data/stream';
import type { StreamItem } from '../../lib/data/stream-columns';

/** Items of one sample each, of two numbers, and a record of how many were asked for and whether the source was closed. */
function counted(total: number) {
  const seen = { asked: 0, closed: false };
  async function* items(): AsyncGenerator<StreamItem> {
    try {
      for (let index = 0; index < total; index++) {
        seen.asked += 1;
        yield { samples: [index, -index], labels: index % 3, targets: [index / 2], sampleWeights: index };
      }
    } finally {
      seen.closed = true;
    }
  }
  return { seen, items: items() };
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await tick();
};

const shape = [2];
const firsts = ({ samples, count }: Dataset): number[] =>
  Array.from({ length: count }, (_, n) => samples[2 * n] as number);

test('chunks in order, with every column, the last one shorter', async () => {
  const chunks: Dataset[] = [];
  const { items, seen } = counted(7);
  for await (const chunk of streamChunks(items, { shape, classes: 3, chunk: 3, name: 'numbers' })) chunks.push(chunk);
  expect(chunks.map(firsts)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  expect(chunks.map(({ name }) => name)).toEqual(['numbers, chunk 1', 'numbers, chunk 2', 'numbers, chunk 3']);
  const second = chunks[1] as Dataset;
  expect(second).toMatchObject({ classes: 3, source: { kind: 'float', shape: [2] } });
  expect([...second.samples]).toEqual([3, -3, 4, -4, 5, -5]);
  expect([...(second.labels ?? [])]).toEqual([0, 1, 2]);
  expect([...(second.targets ?? [])]).toEqual([1.5, 2, 2.5]);
  expect([...(second.sampleWeights ?? [])]).toEqual([3, 4, 5]);
  expect(seen).toEqual({ asked: 7, closed: true });
});

test.each([1, 2, 5])('the source is never more than %d chunks ahead', async (ahead) => {
  const { items, seen } = counted(1_000_000);
  let taken = 0;
  for await (const chunk of streamChunks(items, { shape, classes: 3, chunk: 4, ahead })) {
    taken += chunk.count;
    await settle();
    expect(seen.asked).toBe(taken + 4 * ahead);
    if (taken === 40) break;
  }
  expect(seen.closed).toBe(true);
});

test('nothing is asked for before the first chunk is', async () => {
  const { items, seen } = counted(10);
  streamChunks(items, { shape, classes: 3, chunk: 4 });
  await settle();
  expect(seen.asked).toBe(0);
});

test('items of many samples, lists, a stream of Node, bytes, buffers that are used again', async () => {
  function* reusing(): Generator<StreamItem> {
    const buffer = new Uint8Array(10);
    for (let item = 0; item < 3; item++) {
      for (let place = 0; place < 10; place++) buffer[place] = 10 * item + place;
      yield { samples: buffer };
    }
  }
  const chunks = [];
  for await (const chunk of streamChunks(reusing(), { shape, chunk: 4, ahead: 3 })) chunks.push(chunk);
  expect(chunks.map(({ source }) => source.kind)).toEqual(['uint8', 'uint8', 'uint8', 'uint8']);
  expect(chunks.flatMap(({ samples }) => [...samples])).toEqual(Array.from({ length: 30 }, (_, value) => value));

  const readable = Readable.from([
    { samples: [1, 2], labels: [1] },
    { samples: [3, 4, 5, 6], labels: [0, 1] },
  ]);
  const data = await collectDataset(readable, { shape, classNames: ['no', 'yes'], scale: 2 });
  expect(data).toMatchObject({ count: 3, classNames: ['no', 'yes'], scale: 2, name: 'stream' });
  expect([...data.samples]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...(data.labels ?? [])]).toEqual([1, 0, 1]);
});

test('leaving a loop does not wait for a source that never answers', async () => {
  async function* stuck(): AsyncGenerator<StreamItem> {
    yield { samples: [1, 2] };
    yield await new Promise<StreamItem>(() => undefined);
  }
  for await (const chunk of streamChunks(stuck(), { shape, chunk: 1 })) {
    expect(chunk.count).toBe(1);
    break;
  }
});

test('what the source throws comes after the chunks before it', async () => {
  async function* failing(): AsyncGenerator<StreamItem> {
    yield { samples: [1, 2, 3, 4] };
    throw new RangeError('mine');
  }
  let count = 0;
  const loop = async () => {
    for await (const chunk of streamChunks(failing(), { shape, chunk: 1, ahead: 4 })) {
      count += chunk.count;
      await settle();
    }
  };
  await expect(loop()).rejects.toThrow('mine');
  expect(count).toBe(2);
  await expect(collectDataset(failing(), { shape })).rejects.toThrow('mine');
});

test('a signal stops it', async () => {
  const controller = new AbortController();
  const { items, seen } = counted(1_000_000);
  const loop = async () => {
    for await (const chunk of streamChunks(items, { shape, classes: 3, chunk: 2, signal: controller.signal })) {
      if (firsts(chunk)[0] === 10) controller.abort();
    }
  };
  await expect(loop()).rejects.toMatchObject({ code: 'E_ABORTED', message: 'the stream was stopped' });
  await settle();
  expect(seen.closed).toBe(true);
  await expect(collectDataset([], { shape, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'E_ABORTED' });
});

describe('collecting', () => {
  test('thousands of samples', async () => {
    const data = await collectDataset(counted(3000).items, { shape });
    expect(firsts(data)).toEqual(Array.from({ length: 3000 }, (_, index) => index));
    expect(data).toMatchObject({ classes: 3 });
  });

  test.each([10, 1500])('up to a limit of %d, and not one more', async (limit) => {
    expect((await collectDataset(counted(limit).items, { shape, limit })).count).toBe(limit);
    const { items, seen } = counted(1_000_000);
    await expect(collectDataset(items, { shape, limit })).rejects.toMatchObject({
      code: 'E_DATA',
      message: `stream: more than ${limit} samples, which is the limit`,
    });
    expect(seen.asked).toBeLessThanOrEqual(limit + 1024);
    expect(seen.closed).toBe(true);
  });

  test('nothing', async () => {
    await expect(collectDataset([], { shape })).rejects.toMatchObject({ code: 'E_DATA' });
  });
});

describe('refuses', () => {
  test.each<[string, unknown[], string]>([
    ['no whole sample', [{ samples: [1, 2, 3] }], 'stream, item 0: 3 numbers are no whole samples of 2'],
    ['an empty item', [{ samples: [] }], 'stream, item 0: 0 numbers are no whole samples of 2'],
    ['no object', [{ samples: [1, 2] }, 5], 'stream, item 1: found 5, expected an object with samples'],
    ['too many labels', [{ samples: [1, 2], labels: [1, 2] }], 'stream, item 0: 2 labels for 1 samples'],
    ['too few targets', [{ samples: [1, 2, 3, 4], targets: [1] }], 'stream, item 0: 1 targets for 2 samples'],
    [
      'labels that come late',
      [{ samples: [1, 2] }, { samples: [1, 2], labels: 1 }],
      'stream, item 1: a sample has 2 numbers of samples, 1 numbers of labels, but that of the first item has 2 numbers of samples',
    ],
    [
      'bytes among numbers',
      [{ samples: [1, 2] }, { samples: Uint8Array.of(1, 2) }],
      'stream, item 1: a sample has 2 bytes of samples, but that of the first item has 2 numbers of samples',
    ],
    [
      'half a label',
      [{ samples: [1, 2], labels: 0.5 }],
      'stream: label 0 is 0.5, expected a whole number from 0 to 2147483646',
    ],
  ])('%s', async (_what, items, message) => {
    await expect(collectDataset(items as StreamItem[], { shape })).rejects.toMatchObject({ code: 'E_DATA', message });
  });

  test('labels in chunks without their number of classes', async () => {
    const { items, seen } = counted(10);
    await expect(streamChunks(items, { shape, chunk: 2 }).next()).rejects.toMatchObject({
      code: 'E_OPTION',
      message: 'stream: classes must be given for labels that come in chunks',
    });
    await settle();
    expect(seen.closed).toBe(true);
  });

  test.each([
    [{ chunk: 0 }, 'E_OPTION'],
    [{ chunk: 1.5 }, 'E_OPTION'],
    [{ chunk: 1, ahead: 0 }, 'E_OPTION'],
    [{ chunk: 1, shape: [0] }, 'E_SHAPE'],
  ])('%j', async (options, code) => {
    await expect(streamChunks([], { shape, ...options }).next()).rejects.toMatchObject({ code });
  });
});
