import { type Holding, resultOf } from '../support/service-process';

const MEGABYTE = 2 ** 20;

interface Grown {
  readonly half: Holding;
  readonly whole: Holding;
}

// V8's heap grows towards the size that suits it while nothing leaks: it is what is used of it that must not grow, and what
// the process has beside it. The first half of each test, and more, is for the process to come to what it keeps.

/** What a process holds after `half` rounds of some work, and after `again` more. */
function grow(setup: string, round: string, half: number, again: number): Grown {
  return resultOf<Grown>(`
    ${setup}
    const repeat = async (times) => {
      for (let time = 0; time < times; time++) { ${round} }
      return holding();
    };
    (async () => {
      const half = await repeat(${half});
      console.log(JSON.stringify({ half, whole: await repeat(${again}) }));
    })();
  `);
}

test('10,000 more calls of predict, four at a time, hold no more', () => {
  const { half, whole } = grow(
    `const model = network().compile(settings);
     const data = images(4);
     const samples = [0, 1, 2, 3].map((image) => data.slice(image, image + 1));`,
    'await Promise.all(samples.map((sample) => model.predict(sample)));',
    5_000,
    2_500,
  );
  // A hundred bytes a call would show in JavaScript, and half a kilobyte beside it.
  expect(whole.javascript - half.javascript).toBeLessThan(MEGABYTE);
  expect(whole.native - half.native).toBeLessThan(5 * MEGABYTE);
  expect([whole.threads, whole.descriptors]).toEqual([half.threads, half.descriptors]);
}, 120_000);

describe('models that are made, trained, asked and let go, 200 of them, leave nothing', () => {
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
      const { half, whole } = grow(
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
      expect(whole.javascript - half.javascript).toBeLessThan((100 * HELD) / 10);
      expect(whole.native - half.native).toBeLessThan((100 * HELD) / 10);
      expect([whole.threads, whole.descriptors]).toEqual([half.threads, half.descriptors]);
    },
    120_000,
  );
});
