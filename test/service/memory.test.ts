import { type Holding, leastGrowth, resultOf } from '../support/service-process';

const MEGABYTE = 2 ** 20;

// V8's heap grows towards the size that suits it while nothing leaks: it is what is used of it that must not grow, and what
// the process has beside it. The first rounds of each test are for the process to come to what it keeps.

/** What a process holds after `first` rounds of some work, and after each of two times `again` more. */
function grow(setup: string, round: string, first: number, again: number): readonly Holding[] {
  return resultOf(`
    ${setup}
    const repeat = async (times) => {
      for (let time = 0; time < times; time++) { ${round} }
      return holding();
    };
    (async () => {
      const holdings = [await repeat(${first})];
      for (let part = 0; part < 2; part++) holdings.push(await repeat(${again}));
      console.log(JSON.stringify(holdings));
    })();
  `);
}

/** Threads and descriptors of holdings that do not differ in them. */
function expectSameHandles(holdings: readonly Holding[]): void {
  expect(new Set(holdings.map(({ threads }) => threads)).size).toBe(1);
  expect(new Set(holdings.map(({ descriptors }) => descriptors)).size).toBe(1);
}

test('20,000 more calls of predict, four at a time, hold no more', () => {
  const holdings = grow(
    `const model = network().compile(settings);
     const data = images(4);
     const samples = [0, 1, 2, 3].map((image) => data.slice(image, image + 1));`,
    'await Promise.all(samples.map((sample) => model.predict(sample)));',
    5_000,
    2_500,
  );
  // A hundred bytes a call would show in JavaScript, and half a kilobyte beside it.
  expect(leastGrowth(holdings, 'javascript')).toBeLessThan(MEGABYTE);
  expect(leastGrowth(holdings, 'native')).toBeLessThan(5 * MEGABYTE);
  expectSameHandles(holdings);
}, 120_000);

describe('models that are made, trained, asked and let go, 300 of them, leave nothing', () => {
  /** What each holds at least while it is there: parameters, gradients, the plans' memory. */
  const HELD = 3 * MEGABYTE;

  it.each([
    ['disposed of', 'model.dispose();'],
    ['forgotten', ''],
    ['disposed of while they train', 'const training = model.fit(data, ENDLESS); model.dispose(); await training;'],
    ['aborted and forgotten', 'await model.fit(data, { ...ENDLESS, signal: AbortSignal.timeout(3) });'],
  ])(
    'where they are %s',
    (_, end) => {
      const holdings = grow(
        'const data = images(64);',
        `const model = network().compile(settings);
       await model.fit(data, { batchSize: 16 });
       await model.predict(data);
       model.predictSync(data.slice(0, 1));
       ${end}`,
        100,
        100,
      );
      // If a tenth of what one of them holds stayed, of each, it would show.
      expect(leastGrowth(holdings, 'javascript')).toBeLessThan((100 * HELD) / 10);
      expect(leastGrowth(holdings, 'native')).toBeLessThan((100 * HELD) / 10);
      expectSameHandles(holdings);
    },
    120_000,
  );
});
