import { resultOf } from '../support/service-process';

/** A training that ends when the script says so, of a model whose weights are looked at. */
const training = `
  const model = network().compile({ ...settings, backend: 'native' });
  const weights = model.parameter('dense_2.bias');
  const controller = new AbortController();
  // An epoch of thousands of steps.
  const train = (onEvent) => model.fit(images(4096), { ...ENDLESS, batchSize: 1, signal: controller.signal, onEvent });
`;

test('timers and requests are served while a model trains', () => {
  const turns = resultOf(`${training}
    (async () => {
      let running = true;
      const trained = train(() => undefined).finally(() => { running = false; });
      let turns = 0;
      while (running && turns < 100) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        turns += 1;
      }
      const still = running;
      controller.abort();
      console.log(JSON.stringify({ turns, still, reason: (await trained).reason }));
    })();
  `);
  expect(turns).toEqual({ turns: 100, still: true, reason: 'aborted' });
}, 60_000);

test('the steps of an epoch go on while the event loop is held', () => {
  const changes = resultOf(`${training}
    (async () => {
      let trained;
      await new Promise((resolve) => { trained = train(({ type }) => type === 'progress' && resolve()); });
      // Nothing is awaited from here on: only other threads can change the weights.
      const deadline = Date.now() + 30_000;
      let seen = weights[0];
      let changes = 0;
      while (changes < 5 && Date.now() < deadline) {
        if (weights[0] === seen) continue;
        seen = weights[0];
        changes += 1;
      }
      controller.abort();
      await trained;
      console.log(changes);
    })();
  `);
  expect(changes).toBe(5);
}, 60_000);
