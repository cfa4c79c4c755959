import { EventFeed } from '../../lib/live/event-feed';
import { type LocalServer, openLocalServer } from '../../lib/live/local-server';
import type { LiveMessage } from '../../lib/live/messages';

let feed: EventFeed;
let server: LocalServer;

beforeEach(async () => {
  feed = new EventFeed();
  server = await openLocalServer(0, { files: {}, streams: { events: feed.stream } });
});

afterEach(() => server.close());

const message = (epochs: number): LiveMessage => ({ type: 'controls', state: 'training', epochs });

/** Reads a feed until it has told of `last`; the numbers of the messages and what they tell. */
async function read(last: number, heard?: string): Promise<{ ids: number[]; epochs: number[] }> {
  const headers = heard === undefined ? {} : { 'last-event-id': heard };
  const controller = new AbortController();
  const response = await fetch(new URL('events', server.url), { headers, signal: controller.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(`"epochs":${last}}\n\n`)) break;
  }
  controller.abort();
  return {
    ids: [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)),
    epochs: [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '').epochs as number),
  };
}

test('tells those that come later everything, in its order', async () => {
  for (const epochs of [1, 2, 3]) feed.publish(message(epochs));
  expect(await read(3)).toEqual({ ids: [1, 2, 3], epochs: [1, 2, 3] });
});

test('tells those that come back what they have not heard, and all where nobody knows what they have', async () => {
  for (const epochs of [1, 2, 3]) feed.publish(message(epochs));
  expect(await read(3, '2')).toEqual({ ids: [3], epochs: [3] });
  for (const nonsense of ['', 'x', '99', '-1', '1.5']) expect((await read(3, nonsense)).epochs).toEqual([1, 2, 3]);
});

test('tells those that listen what comes', async () => {
  feed.publish(message(1));
  const reading = read(2);
  setTimeout(() => feed.publish(message(2)), 20);
  expect((await reading).epochs).toEqual([1, 2]);
});

test('keeps the last message of a slot', async () => {
  for (const epochs of [1, 2, 3]) feed.publish(message(epochs), epochs === 2 ? {} : { slot: 'one' });
  expect(await read(3)).toEqual({ ids: [2, 3], epochs: [2, 3] });
});

test('forgets spare messages when there are very many, the oldest first, and no others', async () => {
  feed.publish(message(0));
  for (let epochs = 1; epochs <= 20_100; epochs++) feed.publish(message(epochs), { spare: true });
  const { epochs } = await read(20_100);
  expect(epochs).toHaveLength(20_000);
  expect(epochs.slice(0, 2)).toEqual([0, 102]);
});

test('a reader that takes its time misses nothing', async () => {
  // More than fits into the buffers of a connection.
  const long: LiveMessage = { type: 'status', run: 'x'.repeat(10_000), status: 'running' };
  let published = 0;
  const publish = (count: number): void => {
    for (let made = 0; made < count; made++) feed.publish(long);
    published += count;
  };
  publish(1000);
  const response = await fetch(new URL('events', server.url));
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const ids: number[] = [];
  let rest = '';
  while (ids.at(-1) !== 2000) {
    if (published < 2000) publish(10);
    const { value } = await reader.read();
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    ids.push(...lines.filter((line) => line.startsWith('id: ')).map((line) => Number(line.slice(4))));
  }
  await reader.cancel();
  expect(ids).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1));
});

test('says goodbye, and ends its answers whole', async () => {
  feed.publish(message(1));
  const response = await fetch(new URL('events', server.url));
  const text = response.text();
  await feed.close();
  expect(await text).toMatch(/"epochs":1\}\n\nid: 2\ndata: \{"type":"bye"\}\n\n$/);
});
