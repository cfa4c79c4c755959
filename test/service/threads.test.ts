import { resultOf } from '../support/service-process';

test("a model's threads begin with the first run of a kind, sleep between runs, and end when it is disposed of", () => {
  const counts = resultOf<Record<string, number>>(`
    (async () => {
      const data = images(64);
      const model = network().compile({ ...settings, backend: 'native', threads: 3 });
      // What Node starts for itself, it has started now.
      await holding();
      const before = (await holding()).threads;
      const counts = {};
      const count = async (name) => { counts[name] = (await holding()).threads - before; };
      await count('compiled');
      model.predictSync(data.slice(0, 1));
      await count('asked for one, synchronously');
      await model.predict(data.slice(0, 1));
      await count('asked for one');
      await Promise.all([1, 2, 3].map(() => model.predict(data)));
      await count('asked for many');
      await model.fit(data, { epochs: 2 });
      await model.fit(data, { epochs: 1 });
      await count('trained');
      await model.evaluate(data);
      await count('evaluated');
      model.dispose();
      await count('disposed of');
      console.log(JSON.stringify(counts));
    })();
  `);
  expect(counts).toEqual({
    compiled: 0,
    'asked for one, synchronously': 0,
    'asked for one': 3,
    'asked for many': 6,
    trained: 9,
    evaluated: 12,
    'disposed of': 0,
  });
}, 60_000);
