import { drawTraining, fillFigures } from '../../bench/page';
import { compare } from '../../bench/peers/compare';
import { formatTraining, threeDigits } from '../../bench/peers/figures';
import { openPeers, type Peer, settingsFor } from '../../bench/peers/peer';
import { type Command, formatCommand, parseAnswer, parseCommand } from '../../bench/peers/protocol';
import { amountFor, tune } from '../../bench/peers/tune';

const LIMITS = { trialSeconds: 1, roundSeconds: 10, unitSeconds: 30 };

/** A peer that takes so many seconds an image, by threads, and fails from a call on. */
function fakePeer(name: string, perImage: Record<number, number>, failsAt = Number.POSITIVE_INFINITY) {
  const commands: Command[] = [];
  const settings = Object.keys(perImage).map((threads) => ({ threads: Number(threads), variant: '-' }));
  const peer: Peer = {
    name,
    description: '1.0',
    calledFrom: 'JavaScript',
    abilities: [{ task: 'train', subject: 'lenet5', settings }],
    async run(command) {
      commands.push(command);
      if (commands.length >= failsAt) throw new Error('out of memory\nat line 3');
      return command.amount * (perImage[command.setting.threads] ?? Number.NaN);
    },
    close: () => undefined,
  };
  return { peer, commands };
}

const lenet5 = (batch: number) => ({ task: 'train', subject: 'lenet5', batch, most: 60_000 }) as const;

describe('the protocol', () => {
  test('a command is read as it was written', () => {
    const command: Command = {
      task: 'train',
      subject: 'vgg-small',
      batch: 128,
      amount: 512,
      setting: { threads: 2, variant: 'channels_last' },
    };
    expect(formatCommand(command)).toBe('train vgg-small 128 512 2 channels_last');
    expect(parseCommand(formatCommand(command))).toEqual(command);
    expect(() => parseCommand('sing lenet5 1 1 1 -')).toThrow('no command');
  });

  test('answers are told from talk', () => {
    expect(parseAnswer('ready 1.0 (g++)')).toEqual({ kind: 'ready', text: '1.0 (g++)' });
    expect(parseAnswer('ok 0.25')).toEqual({ kind: 'ok', seconds: 0.25 });
    expect(parseAnswer('ok 0')).toMatchObject({ kind: 'error' });
    expect(parseAnswer('error no memory')).toEqual({ kind: 'error', text: 'no memory' });
    expect(parseAnswer('Hi, looks like you are running')).toBeUndefined();
  });
});

describe('the amount of work', () => {
  test('is whole steps, at least one, at most the whole run', () => {
    expect(amountFor({ size: 64, most: 60_000 }, 0.01, 10)).toBe(960);
    expect(amountFor({ size: 256, most: 60_000 }, 1, 10)).toBe(256);
    expect(amountFor({ size: 64, most: 60_000 }, 1e-6, 10)).toBe(60_000);
  });

  test('goes by the fastest setting', async () => {
    const { peer } = fakePeer('a', { 2: 0.03, 1: 0.01 });
    const work = {
      settings: settingsFor(peer, 'train', 'lenet5'),
      size: 16,
      most: 60_000,
      run: (amount: number, setting: Command['setting']) => peer.run({ ...lenet5(16), amount, setting }),
    };
    expect(await tune(work, LIMITS)).toEqual({
      setting: { threads: 1, variant: '-' },
      amount: 992,
      seconds: expect.closeTo(0.01),
    });
    await expect(tune(work, LIMITS, 2)).rejects.toThrow('one step would take about 32 s, more than 30 s');
  });
});

describe('a comparison', () => {
  test('sets every peer against the first, for the same number of images', async () => {
    const peers = [fakePeer('laminet', { 2: 1e-5 }).peer, fakePeer('slow', { 1: 1e-2 }).peer];
    const { rows, omissions } = await compare(peers, lenet5(64), LIMITS, 3, new Map());
    expect(omissions).toEqual([]);
    expect(rows.map(({ peer, amount, ratio }) => [peer, amount, Math.round(ratio.median), ratio.runs])).toEqual([
      ['laminet', 60_000, 1, 3],
      ['slow', 960, 1000, 3],
    ]);
    const table = formatTraining(rows);
    expect(table).toMatch(/\| laminet \| +64 \| +0\.6 \|/);
    expect(table).toMatch(/\| slow .*\| +600 \|.*\| +1,000x \|.*1 thread; 960 images, scaled/);
    expect(drawTraining(rows)).toContain('<title>slow: 100</title>');
  });

  test.each([1, 8])('goes on without a peer that fails at call %i', async (failsAt) => {
    const peers = [fakePeer('laminet', { 2: 1e-5 }).peer, fakePeer('broken', { 1: 1e-2 }, failsAt).peer];
    const { rows, omissions } = await compare(peers, lenet5(64), LIMITS, 9, new Map());
    expect(rows.map(({ peer }) => peer)).toEqual(['laminet']);
    expect(omissions).toEqual([{ name: 'broken, train lenet5, batch 64', reason: 'out of memory' }]);
  });

  test('fails with laminet', async () => {
    const peers = [fakePeer('laminet', { 2: 1e-5 }, 1).peer, fakePeer('other', { 1: 1e-2 }).peer];
    await expect(compare(peers, lenet5(64), LIMITS, 1, new Map())).rejects.toThrow('out of memory');
  });
});

test('a peer that is not there is named', async () => {
  const { peer } = fakePeer('here', { 1: 1 });
  const opened = await openPeers([
    { name: 'gone', open: () => Promise.reject(new Error('not installed')) },
    { name: 'here', open: async () => peer },
  ]);
  expect(opened).toEqual({ peers: [peer], missing: [{ name: 'gone', reason: 'not installed' }] });
});

test.each([
  [1234.5, '1,230'],
  [0.012345, '0.0123'],
  [Number.NaN, '-'],
])('%p in three digits is %s', (value, text) => {
  expect(threeDigits(value)).toBe(text);
});

test('figures go between their comments, again and again', () => {
  const page = 'text\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nmore\n';
  const filled = fillFigures(page, 'new');
  expect(filled).toBe('text\n<!-- figures: begin -->\n\nnew\n\n<!-- figures: end -->\nmore\n');
  expect(fillFigures(filled, 'new')).toBe(filled);
  expect(() => fillFigures('text', 'new')).toThrow('no place for figures');
});
