import { PRELUDE, runService } from '../support/service-process';

// Each script trains without end in the first line of its work; what ends it is the test.
const training = `
  const train = (onProgress, options) => network().compile(settings).fit(images(512), {
    ...ENDLESS, onEvent: (event) => event.type === 'progress' && onProgress(event), ...options,
  });
`;

describe('a process that is training', () => {
  it('lives until the training is done, and ends by itself', () => {
    const script = `${training}
      train(() => undefined, { epochs: 2 }).then(({ reason, epochs }) => console.log(reason, epochs.length));
    `;
    expect(runService(script)).toEqual({ status: 0, signal: null, output: 'done 2', errors: '' });
  }, 120_000);

  it.each([
    ['process.exit, with its code', 'process.exit(7)', { status: 7, signal: null }],
    [
      'process.exit within exit listeners, too',
      `process.on('exit', () => process.exit(5)); process.exit(7)`,
      { status: 5, signal: null },
    ],
    ['SIGTERM', `process.kill(process.pid, 'SIGTERM')`, { status: null, signal: 'SIGTERM' }],
    ['SIGINT', `process.kill(process.pid, 'SIGINT')`, { status: null, signal: 'SIGINT' }],
  ])(
    'ends by %s',
    (_, ending, end) => {
      expect(runService(`${training} train(() => { ${ending}; });`)).toEqual({ ...end, output: '', errors: '' });
    },
    120_000,
  );

  it('ends by process.exit in the midst of several trainings and predictions', () => {
    const script = `${training}
      const model = network().compile(settings);
      const predictions = async () => { for (;;) await model.predict(images(64)); };
      predictions();
      predictions();
      const heard = new Set();
      const count = (index) => () => { if (heard.add(index).size === 3) process.exit(9); };
      for (const index of [0, 1, 2]) train(count(index));
    `;
    expect(runService(script)).toEqual({ status: 9, signal: null, output: '', errors: '' });
  }, 120_000);

  it('ends by process.exit while Workers train', () => {
    const worker = `${PRELUDE} ${training} train(() => parentPort.postMessage('training'));`;
    const script = `
      const heard = new Set();
      for (const index of [0, 1, 2]) {
        new Worker(${JSON.stringify(worker)}, { eval: true }).on('message', () => {
          if (heard.add(index).size === 3) process.exit(6);
        });
      }
    `;
    expect(runService(script)).toEqual({ status: 6, signal: null, output: '', errors: '' });
  }, 120_000);

  it('outlives a Worker that ends itself while it trains', () => {
    const worker = `${PRELUDE} ${training} train(() => process.exit(4));`;
    const script = `${training}
      new Worker(${JSON.stringify(worker)}, { eval: true }).on('exit', async (code) => {
        const { reason } = await train(() => undefined, { epochs: 1 });
        console.log(code, reason);
      });
    `;
    expect(runService(script)).toEqual({ status: 0, signal: null, output: '4 done', errors: '' });
  }, 120_000);

  it.each(['SIGTERM', 'SIGINT'])(
    'that aborts on %s ends well, with a model that can still be used',
    (name) => {
      const script = `${training}
      const controller = new AbortController();
      process.once('${name}', () => controller.abort());
      const model = network().compile(settings);
      const { signal } = controller;
      let sent = false;
      const onEvent = ({ type }) => { if (type === 'progress') sent ||= process.kill(process.pid, '${name}'); };
      model.fit(images(512), { ...ENDLESS, signal, onEvent }).then(async ({ reason }) => {
        const { shape } = await model.predict(images(3));
        console.log(reason, shape.join('x'));
      });
    `;
      expect(runService(script)).toEqual({ status: 0, signal: null, output: 'aborted 3x4', errors: '' });
    },
    120_000,
  );
});
