import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../lib/data/dataset';
import { conv2d } from '../../../lib/layers/conv2d';
import { dense } from '../../../lib/layers/dense';
import { flatten } from '../../../lib/layers/flatten';
import type { Model } from '../../../lib/model/model';
import { sequential } from '../../../lib/model/sequential';
import { readEvents } from '../../../lib/run/read-events';
import { measureTest } from '../../../lib/run/report/test-result';
import { writeReport } from '../../../lib/run/report/write-report';
import type { RunConfig } from '../../../lib/run/run-record';
import { RunWriter } from '../../../lib/run/run-writer';
import { type StatisticsSeries, statisticsSeries } from '../../../lib/run/statistics-series';
import { expectWellFormed } from '../../support/well-formed';

const HOSTILE = '</script><script>alert("1")</script>&\'';

const test4 = Dataset.from({
  name: `digits ${HOSTILE}`,
  samples: Uint8Array.from({ length: 4 * 36 }, (_, index) => (index * 37) % 256),
  shape: [1, 6, 6],
  labels: [0, 1, 2, 2],
  classes: 3,
});

const config: RunConfig = {
  laminet: '0.1.0',
  startedAt: '2026-03-05T14:07:09.000Z',
  network: 'small',
  data: { folder: null, train: { name: test4.name, count: 4 }, test: { name: test4.name, count: 4 } },
  loss: HOSTILE,
  optimizer: 'sgd',
  learningRate: 0.05,
  batchSize: 2,
  epochs: 3,
  seed: 7,
  backend: HOSTILE,
};

let out: string;
let model: Model;

beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'laminet-report-'));
  model = sequential([conv2d({ filters: 2, kernelSize: 3 }), flatten(), dense({ units: 3, activation: 'softmax' })], {
    inputShape: [1, 6, 6],
    name: HOSTILE,
  }).compile({ loss: 'crossEntropy', backend: 'reference' });
});

afterEach(async () => {
  model.dispose();
  await rm(out, { recursive: true });
});

/** A run of three epochs in its folder. */
async function trainedRun(): Promise<string> {
  const writer = new RunWriter({ folder: out, config, saveWeights: (path) => model.save(path) });
  await model.fit(test4, { epochs: 3, batchSize: 2, onEvent: writer.listen, validationData: test4, statistics: {} });
  return writer.finish({ status: 'done', test: await model.evaluate(test4) });
}

/** The page that is written about it. */
async function reportOf(folder: string): Promise<string> {
  return readFile(await writeReport({ folder, model, test: test4 }), 'utf8');
}

test('the page is well-formed, and nothing that names say ends an element of it', async () => {
  const page = await reportOf(await trainedRun());
  expectWellFormed(page);
  expect(page.match(/<script/g)).toHaveLength(3);
  expect(page.match(/<\/script/g)).toHaveLength(3);
  expect(page).not.toContain('alert("1")');
  expect(page).toContain('&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
  expect(Buffer.byteLength(page)).toBeLessThan(2 ** 20);
});

test('the page loads nothing: every address in it holds its data or leads into the page', async () => {
  const page = await reportOf(await trainedRun());
  const addresses = [...page.matchAll(/\b(?:src|href|srcset|action|data)="([^"]*)"/g)].map(([, address]) => address);
  expect(addresses.length).toBeGreaterThan(3);
  expect(addresses.filter((address) => !/^(data:|#)/.test(address ?? ''))).toEqual([]);
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  expect(style).toContain('body');
  expect(style).not.toMatch(/@import|url\(/);
  expect(page).toContain(`content="default-src &#39;none&#39;; style-src`);
});

test('the page holds the curves of the run, for its script and as a table', async () => {
  const folder = await trainedRun();
  const page = await reportOf(folder);
  const json = /<script type="application\/json" id="run-curves">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
  const { curves } = JSON.parse(json) as {
    curves: { name: string; points: { samplesSeen: number; loss: number }[] }[];
  };
  const history = JSON.parse(await readFile(join(folder, 'history.json'), 'utf8'));
  const validation = curves.find(({ name }) => name === 'validation');
  expect(validation?.points.map(({ samplesSeen }) => samplesSeen)).toEqual([4, 8, 12]);
  for (const [index, { loss, validation: measured }] of history.epochs.entries()) {
    expect(validation?.points[index]?.loss).toBe(measured.loss);
    expect(page).toContain(`<td>${loss.toPrecision(4)}</td>`);
  }
  expect(curves.at(-1)?.points[0]?.loss).toBe(history.test.loss);
  expect(await readFile(join(folder, 'curves.svg'), 'utf8')).toContain('>validation</text>');
});

test('the page shows the network, its filters, the matrix and the mistakes', async () => {
  const page = await reportOf(await trainedRun());
  expect(page).toContain('2x4x4 out, 20 parameters');
  expect(page).toContain('<td>conv2d_1</td><td>2x4x4</td><td>20</td><td>input</td>');
  expect(page.match(/alt="filter \d of/g)).toHaveLength(2);
  const result = await measureTest(model, test4);
  const counts = [...page.matchAll(/<td class="(?:none|right|wrong)"[^>]*>(\d+)<\/td>/g)].map(([, count]) =>
    Number(count),
  );
  expect(counts).toEqual([...(result?.matrix.counts ?? [])]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(4);
  expect(page.match(/alt="an? \w+ taken for an? /g) ?? []).toHaveLength(result?.mistakes.length ?? -1);
});

test('the page pictures weights, gradients, outputs and updates, and holds their numbers for its script', async () => {
  const folder = await trainedRun();
  const page = await reportOf(folder);
  const [, layers = ''] = /<section aria-labelledby="layers">([\s\S]*?)<\/section>/.exec(page) ?? [];
  const groups = [...layers.matchAll(/<ul class="minis (\w+)">([\s\S]*?)<\/ul>/g)];
  const names = groups.map(([, kind, list = '']) => [
    kind,
    ...[...list.matchAll(/<span>([^<]*)<\/span>/g)].map(([, name]) => name),
  ]);
  // Biases are shown with their layer; what only changes the shape is no layer here.
  expect(names).toEqual([
    ['weights', 'conv2d_1.weight', 'dense_1.weight'],
    ['gradients', 'conv2d_1.weight', 'dense_1.weight'],
    ['outputs', 'conv2d_1', 'dense_1'],
    ['updates', 'conv2d_1.weight', 'dense_1.weight'],
  ]);
  expect(layers).toContain('epochs 1 to 3 from left to right');
  // Every picture says in words what it shows, and stays inside its frame.
  expect(layers.match(/<svg [^>]*role="img"><title>[^<]+: at the end /g)).toHaveLength(8);
  const places = [...layers.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  expect(places.length).toBeGreaterThan(100);
  for (const [x = -1, y = -1] of places) expect(x >= 0 && x <= 160 && y >= 0 && y <= 72).toBe(true);
  const json = /<script type="application\/json" id="run-layers">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
  const held = JSON.parse(json) as StatisticsSeries;
  expect(held).toEqual(statisticsSeries(await readEvents(join(folder, 'events.jsonl'))));
  expect(held.bands.map(({ name, kind }) => `${name} ${kind}`)).toContain('dense_1.bias gradients');
});

test('a run without statistics has a page without that section', async () => {
  const writer = new RunWriter({ folder: out, config, saveWeights: (path) => model.save(path) });
  await model.fit(test4, { batchSize: 2, onEvent: writer.listen });
  expect(await reportOf(await writer.finish({ status: 'stoppedEarly' }))).not.toContain('aria-labelledby="layers"');
});

test('one epoch, weights that do not change and weights that are all the same make pictures, too', async () => {
  model.parameter('dense_1.weight').fill(0);
  model.freeze('conv2d_1');
  const writer = new RunWriter({ folder: out, config, saveWeights: (path) => model.save(path) });
  await model.fit(test4, { batchSize: 2, statistics: {}, onEvent: writer.listen });
  const page = await reportOf(await writer.finish({ status: 'stoppedEarly' }));
  expectWellFormed(page);
  expect(/<main>[\s\S]*<\/main>/.exec(page)?.[0]).not.toContain('NaN');
  expect(page).toContain('stopped early, since nothing got better any more');
});

test('classes are called by their names, and colours are pictures in colours', async () => {
  const colours = Dataset.from({
    samples: Uint8Array.from({ length: 6 * 48 }, (_, index) => (index * 37) % 256),
    shape: [3, 4, 4],
    labels: [0, 1, 2, 0, 1, 2],
    classNames: ['airplane', 'cat', '<dog>'],
  });
  using seen = sequential([flatten(), dense({ units: 3, activation: 'softmax' })], { inputShape: [3, 4, 4] });
  seen.compile({ loss: 'crossEntropy', backend: 'reference' });
  const writer = new RunWriter({ folder: out, config, saveWeights: (path) => seen.save(path) });
  const folder = await writer.finish({ status: 'done', test: await seen.evaluate(colours) });
  const page = await readFile(await writeReport({ folder, model: seen, test: colours }), 'utf8');
  expectWellFormed(page);
  expect(page).toContain('<th scope="row">airplane</th>');
  expect(page).toContain('<span class="name">&lt;dog&gt;</span>');
  const [, picture = '', words] = /<li><img src="data:image\/png;base64,([^"]*)" alt="([^"]*)"/.exec(page) ?? [];
  expect(words).toMatch(/^(an airplane|a cat|a &lt;dog&gt;) taken for (an airplane|a cat|a &lt;dog&gt;)$/);
  // Colour type 2 of PNG: red, green and blue.
  expect(Buffer.from(picture, 'base64')[25]).toBe(2);
});

test('a run that was stopped has a report without predictions', async () => {
  const writer = new RunWriter({ folder: out, config, saveWeights: (path) => model.save(path) });
  const folder = await writer.finish({ status: 'diverged', failure: `the loss is ${HOSTILE}` });
  const page = await readFile(await writeReport({ folder, model }), 'utf8');
  expectWellFormed(page);
  expect(page).toContain('role="alert"');
  expect(page).not.toContain('id="confusion"');
});

describe('the result on a test set', () => {
  test('mistakes are those with another likeliest class, the surest first', async () => {
    const result = await measureTest(model, test4);
    const { data } = await model.predict(test4);
    const wrong = [0, 1, 2, 3].filter((sample) => {
      const row = [...data.subarray(3 * sample, 3 * sample + 3)];
      return row.indexOf(Math.max(...row)) !== test4.labels?.[sample];
    });
    expect(result?.mistakes.map(({ sample }) => sample).sort()).toEqual(wrong);
    expect(wrong.length).toBeGreaterThan(0);
    const margins = result?.mistakes.map(({ labelOutput, predictedOutput }) => predictedOutput - labelOutput) ?? [];
    expect([...margins].sort((a, b) => b - a)).toEqual(margins);
    expect(result?.probabilities).toBe(true);
  });

  test('outputs that are no probabilities are not called so', async () => {
    const plain = sequential([flatten(), dense({ units: 3 })], { inputShape: [1, 6, 6] });
    plain.compile({ loss: 'sse', backend: 'reference' });
    expect((await measureTest(plain, test4))?.probabilities).toBe(false);
    plain.dispose();
  });

  test('without labels there is none', async () => {
    const unlabelled = Dataset.from({ samples: new Uint8Array(36), shape: [1, 6, 6], targets: [1, 0, 0] });
    expect(await measureTest(model, unlabelled)).toBeUndefined();
  });
});
