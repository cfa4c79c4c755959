import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DigitsSplit, readDigits } from '../../lib/data/digits';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import type { Model } from '../../lib/model/model';
import { sequential } from '../../lib/model/sequential';

const ROOT = path.resolve(__dirname, '../..');

/** The example as a project of its own, with links to what its package.json names and to nothing else. */
const project = mkdtempSync(path.join(tmpdir(), 'laminet-service-'));
const file = path.join(project, 'model.safetensors');
const PIXELS = 28 * 28;

let digits: DigitsSplit;
let model: Model;
let child: ChildProcess;
let url: string;
let errors = '';

const imageOf = (place: number): Uint8Array =>
  (digits.test.samples as Uint8Array).slice(place * PIXELS, (place + 1) * PIXELS);

/** What the model in the file says of a digit, asked here. */
function answerHere(place: number): { digit: number; probabilities: number[] } {
  const { data } = model.predictSync(digits.test.slice(place, place + 1));
  return { digit: data.indexOf(Math.max(...data)), probabilities: [...data] };
}

/** What the service answers, of what the tests look into. */
interface Answer {
  readonly message?: string;
  readonly state?: string;
  readonly error?: string;
  readonly epoch?: number;
  readonly step?: number;
  readonly test?: { readonly accuracy: number };
}

async function post(route: string, body: string | Uint8Array<ArrayBuffer>, type = 'application/json') {
  const response = await fetch(url + route, { method: 'POST', headers: { 'content-type': type }, body });
  return { status: response.status, body: (await response.json()) as Answer };
}

const postJson = (route: string, body: unknown) => post(route, JSON.stringify(body));
const get = async (route: string) => (await (await fetch(url + route)).json()) as Answer;

/** What GET /training tells once it is as it should be. */
async function trainingThat(is: (status: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const status = await get('/training');
    if (is(status)) return status;
    if (status.state === 'failed') throw new Error(status.error);
    await delay(20);
  }
}

beforeAll(async () => {
  cpSync(path.join(ROOT, 'examples/service'), project, { recursive: true });
  mkdirSync(path.join(project, 'node_modules'));
  const { dependencies } = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const place = name === 'laminet' ? ROOT : path.join(ROOT, 'node_modules', name);
    symlinkSync(place, path.join(project, 'node_modules', name));
  }
  digits = await readDigits();
  model = sequential([flatten(), dense({ units: 10, activation: 'softmax' })], { inputShape: [1, 32, 32], seed: 1 });
  model.compile({ loss: 'crossEntropy', threads: 1 });
  await model.fit(digits.train, { batchSize: 16 });
  await model.save(file);
});

afterAll(() => {
  model.dispose();
  rmSync(project, { recursive: true, force: true });
});

beforeEach(async () => {
  const args = ['-r', path.join(ROOT, 'scripts/register-typescript.cjs'), 'main.ts'];
  const env = { ...process.env, PORT: '0', MODEL: file };
  child = spawn(process.execPath, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
  errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  url = await new Promise((resolve, reject) => {
    let log = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const [, found] = /listening at (http:[^"]+)"/.exec(log) ?? [];
      if (found) resolve(found);
    });
    child.once('exit', (status) => reject(new Error(`the service ended with ${status}: ${errors}`)));
  });
}, 60_000);

afterEach(() => {
  child.kill('SIGKILL');
});

/** Sends a signal and tells how the service ended. */
async function endBy(signal: 'SIGTERM' | 'SIGINT') {
  const ended = once(child, 'exit');
  child.kill(signal);
  const [status, by] = await ended;
  return { status, by, errors };
}

test('digits are classified as predictSync does while another model trains, which SIGTERM ends', async () => {
  expect(await get('/health')).toEqual({ status: 'ok', backend: expect.stringMatching(/^(native|reference)/) });
  expect(await get('/training')).toEqual({ state: 'idle' });
  expect((await postJson('/train', { epochs: 1000 })).status).toBe(202);
  const first = await trainingThat(({ step = 0 }) => step > 0);
  const places = [...new Array(40).keys()];
  const answers = await Promise.all(
    places.map((place) =>
      place % 2 === 0
        ? postJson('/classify', [...imageOf(place)])
        : post('/classify', Uint8Array.from(imageOf(place)), 'application/octet-stream'),
    ),
  );
  expect(answers).toEqual(places.map((place) => ({ status: 200, body: answerHere(place) })));
  // All were answered in the midst of the training, which goes on.
  expect(await get('/training')).toMatchObject({ state: 'running', epochs: 1000 });
  const place = ({ epoch = 0, step = 0 }: Answer): number => epoch * 500 + step;
  const later = await trainingThat((status) => place(status) > place(first));
  expect(later).toMatchObject({ state: 'running', steps: 500, loss: expect.any(Number), accuracy: expect.any(Number) });
  expect(await postJson('/train', {})).toMatchObject({
    status: 409,
    body: { message: 'a training is running already: see GET /training' },
  });
  expect(await endBy('SIGTERM')).toEqual({ status: 0, by: null, errors: '' });
}, 60_000);

test('a model that is trained takes over', async () => {
  const before = await postJson('/classify', [...imageOf(0)]);
  expect(before).toEqual({ status: 200, body: answerHere(0) });
  expect((await postJson('/train', { epochs: 1, batchSize: 32, seed: 7 })).status).toBe(202);
  const { test: measured } = await trainingThat(({ state }) => state === 'done');
  expect(measured?.accuracy).toBeGreaterThan(0.8);
  const after = await postJson('/classify', [...imageOf(0)]);
  expect(after.status).toBe(200);
  expect(after.body).not.toEqual(before.body);
  expect(await endBy('SIGINT')).toEqual({ status: 0, by: null, errors: '' });
}, 60_000);

describe('what is no digit is refused with a reason', () => {
  const pixels: unknown[] = new Array(PIXELS).fill(0);
  const withFirst = (value: unknown) => JSON.stringify([value, ...pixels.slice(1)]);

  it('without harm to what comes after', async () => {
    const answers = [
      await post('/classify', '[0, 0]'),
      await post('/classify', JSON.stringify([...pixels, 0])),
      await post('/classify', withFirst(256)),
      await post('/classify', withFirst(-1)),
      await post('/classify', withFirst(0.5)),
      await post('/classify', withFirst('7')),
      await post('/classify', withFirst(null)),
      await post('/classify', '{"pixels": []}'),
      await post('/classify', '[0, 0'),
      await post('/classify', new Uint8Array(783), 'application/octet-stream'),
      await post('/classify', new Uint8Array(9000), 'application/octet-stream'),
      await post('/classify', 'a digit', 'text/plain'),
      await postJson('/train', { epochs: 0 }),
      await postJson('/train', { epochs: '3' }),
      await postJson('/train', { learningRate: 0 }),
      await postJson('/train', { epoch: 3 }),
    ].map(({ status, body }) => `${status} ${body.message}`);
    expect(answers).toEqual([
      '400 body must NOT have fewer than 784 items',
      '400 body must NOT have more than 784 items',
      '400 body/0 must be <= 255',
      '400 body/0 must be >= 0',
      '400 body/0 must be integer',
      '400 body/0 must be integer',
      '400 body/0 must be integer',
      '400 body must be array',
      expect.stringMatching(/^400 .*JSON/),
      '400 expected 784 bytes, one a pixel, found 783',
      expect.stringMatching(/^413 /),
      expect.stringMatching(/^415 /),
      '400 body/epochs must be >= 1',
      '400 body/epochs must be integer',
      '400 body/learningRate must be > 0',
      '400 body must NOT have additional properties',
    ]);
    expect(await get('/training')).toEqual({ state: 'idle' });
    expect(await postJson('/classify', [...imageOf(1)])).toEqual({ status: 200, body: answerHere(1) });
    expect(await endBy('SIGTERM')).toEqual({ status: 0, by: null, errors: '' });
  }, 60_000);
});
