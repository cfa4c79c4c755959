import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openLivePage } from '../../lib/live/live-page';
import { readRun } from '../../lib/run/read-run';
import type { RunConfig } from '../../lib/run/run-record';
import { faultsInAllWindows, launchChromium, openPage, takeScreenshot, until, type WatchedPage } from './chromium';
import { type ServingCommand, serve } from './command';

let browser: Browser;
let folder: string;
let opened: WatchedPage[] = [];
let commands: ServingCommand[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-live-'));
});

afterEach(async () => {
  const complaints = opened.flatMap((page) => page.complaints);
  for (const { context } of opened) await context.close();
  opened = [];
  for (const command of commands) await command.stop();
  commands = [];
  await rm(folder, { recursive: true });
  expect(complaints).toEqual([]);
});

async function open(url: string): Promise<Page> {
  const watched = await openPage(browser, url);
  opened.push(watched);
  return watched.page;
}

async function serving(...argv: string[]): Promise<ServingCommand> {
  const command = await serve(...argv);
  commands.push(command);
  return command;
}

/** Trains with a page for longer than any test takes, and leaves a processor to the browser. */
const trainWatched = (network = 'lenet5', ...argv: string[]): Promise<ServingCommand> =>
  serving('train', network, '--watch', '--out', folder, '--epochs', '2000', '--threads', '1', ...argv);

/** Waits until the page says how the run stands. */
async function untilState(page: Page, state: string): Promise<void> {
  await page.locator('#state', { hasText: new RegExp(`^${state}$`) }).waitFor();
}

/** Waits until the table of the curves has more rows than so many; returns how many. */
async function untilMoreRows(page: Page, rows: number): Promise<number> {
  await until(page, `document.querySelectorAll('#point-rows tr').length > ${rows}`);
  return page.locator('#point-rows tr').count();
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe('the page of a training', () => {
  it('shows curves that grow, and pauses, resumes, stops and trains on', async () => {
    const command = await trainWatched();
    const page = await open(command.url);
    await untilState(page, 'training');
    await until(page, `parseInt(document.querySelector('#highlights dd')?.textContent, 10) >= 20`);
    await takeScreenshot(page, 'live.png');
    await page.getByText('The curves as a table').click();
    let rows = await untilMoreRows(page, 0);
    rows = await untilMoreRows(page, rows);
    for (const id of ['error-chart', 'accuracy-chart']) {
      const curve = `document.querySelector('#${id} svg path[stroke-width="2"]')?.getAttribute('d')`;
      const before = await page.evaluate(curve);
      expect(before).toMatch(/^M/);
      await until(page, `${curve} !== ${JSON.stringify(before)}`);
    }

    await button(page, 'Pause').click();
    await untilState(page, 'paused');
    const held = await page.locator('#highlights').textContent();
    await page.waitForTimeout(600);
    expect(await page.locator('#highlights').textContent()).toBe(held);
    rows = await page.locator('#point-rows tr').count();
    await button(page, 'Resume').click();
    await untilState(page, 'training');
    await untilMoreRows(page, rows);

    await button(page, 'Stop').click();
    await untilState(page, 'stopped');
    await until(page, `document.getElementById('again').getAttribute('aria-disabled') === 'false'`);
    const [first = ''] = await readdir(folder);
    expect((await readRun(join(folder, first))).history.status).toBe('aborted');

    await page.getByLabel('epochs').fill('1');
    await button(page, 'Go on from these weights').click();
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    await untilState(page, 'done');
    await page.getByText('test accuracy').waitFor();
    await until(page, `document.getElementById('again').getAttribute('aria-disabled') === 'false'`);
    await button(page, 'Train anew').click();
    await until(page, `document.querySelectorAll('#run-rows tr').length === 3`);
    await untilState(page, 'done');
    await until(page, `document.getElementById('again').getAttribute('aria-disabled') === 'false'`);
    expect(await command.stop()).toBe(0);
    await page.getByText('the process has ended').waitFor();
    expect(await button(page, 'Train anew').getAttribute('aria-disabled')).toBe('true');

    const runs = await Promise.all((await readdir(folder)).sort().map((name) => readRun(join(folder, name))));
    const from = runs.map(({ config }) => config.startedFrom);
    expect(from.filter((path) => path !== undefined)).toEqual([join(folder, first)]);
    expect(runs.map(({ history }) => history.status).sort()).toEqual(['aborted', 'done', 'done']);
  });

  it('is used by the keyboard alone, and named for screen readers', async () => {
    const command = await trainWatched();
    const page = await open(command.url);
    await untilState(page, 'training');
    expect(await faultsInAllWindows(page)).toEqual([]);
    const focused = (): Promise<string> => page.evaluate('document.activeElement?.id ?? ""');
    while ((await focused()) !== 'pause') await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await untilState(page, 'paused');
    expect(await focused()).toBe('pause');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('resume');
    await page.keyboard.press('Space');
    await untilState(page, 'training');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await untilState(page, 'stopped');
    expect(await faultsInAllWindows(page)).toEqual([]);
    expect(await command.stop()).toBe(0);
  });

  it('shows why a run diverged, and stays', async () => {
    const command = await trainWatched('two-layer', '--learning-rate', '1e30');
    const page = await open(command.url);
    await untilState(page, 'diverged');
    expect(await page.getByRole('alert').first().textContent()).toMatch(/is not a finite number; .*learning rate/);
    expect(await command.stop()).toBe(1);
  });
});

describe('the page of laminet watch', () => {
  it('follows runs that another command trains, several at once', async () => {
    const watching = await serving('watch', folder);
    const page = await open(watching.url);
    await page.getByText('waiting for a run to begin').waitFor();
    const trainings = [await trainWatched(), await trainWatched('one-conv')];
    await until(page, `document.querySelectorAll('#run-rows tr').length === 2`);
    await page.getByText('The curves as a table').click();
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    const rows = await untilMoreRows(page, 1);
    await untilMoreRows(page, rows);
    const names = await page.locator('#point-rows tr td:first-child').allTextContents();
    expect(new Set(names.map((name) => name.split(':')[0])).size).toBe(2);
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    await page.getByText('The curves as a table').click();
    expect(await faultsInAllWindows(page)).toEqual([]);
    for (const training of trainings) await training.stop();
    await until(
      page,
      `[...document.querySelectorAll('#run-rows tr')].every((row) => row.cells[2].textContent === 'stopped')`,
    );
    expect(await watching.stop()).toBe(0);
  });
});

const config: RunConfig = {
  laminet: '0.1.0',
  startedAt: '2026-03-05T14:07:09.000Z',
  network: 'small',
  data: { folder: null, train: { name: 'images', count: 100 }, test: { name: 'images', count: 10 } },
  loss: 'crossEntropy',
  optimizer: 'sgd',
  learningRate: 0.05,
  batchSize: 10,
  epochs: 100,
  seed: 7,
  backend: 'native',
};

it('a connection that breaks is made again, with what was missed and nothing twice', async () => {
  const { url, runs, close } = await openLivePage(0, 'look');
  const responses: ServerResponse[] = [];
  const note = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (request.url?.endsWith('/events')) responses.push(response);
  };
  subscribe('http.server.request.start', note);
  try {
    const run = runs.add('small <b>run</b>', config);
    const time = config.startedAt;
    const start = { epochs: 100, batchSize: 10, samples: 100, stepsPerEpoch: 10, parameters: 5, backend: 'native' };
    run.tell({ time, type: 'start', ...start });
    const tellEpoch = (epoch: number): void => {
      const speed = { seconds: 1, samplesPerSecond: 100, learningRate: 0.05 };
      run.tell({ time, type: 'epoch', epoch, loss: 1 / epoch, accuracy: 0.5, ...speed });
    };
    tellEpoch(1);
    const page = await open(url);
    await page.getByText('connected', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'small <b>run</b>' }).waitFor();
    await page.getByText('The curves as a table').click();
    await untilMoreRows(page, 0);
    const [response] = responses;
    response?.socket?.destroy();
    await page.getByText('not connected, trying again').waitFor();
    tellEpoch(2);
    tellEpoch(3);
    await page.getByText('connected', { exact: true }).waitFor();
    tellEpoch(4);
    await untilMoreRows(page, 3);
    const seen = ['100', '200', '300', '400'];
    expect(await page.locator('#point-rows td:nth-child(2)').allTextContents()).toEqual(seen);
    const later = await open(url);
    await later.getByText('The curves as a table').click();
    await untilMoreRows(later, 3);
    expect(await later.locator('#point-rows td:nth-child(2)').allTextContents()).toEqual(seen);
    // What the browser says of the broken connection is what was done to it.
    const broken = opened[0]?.complaints.splice(0) ?? [];
    expect(broken.every((complaint) => complaint.includes('ERR_'))).toBe(true);
  } finally {
    unsubscribe('http.server.request.start', note);
    await close();
  }
});

it('another token is refused by the server, and nothing of the page is shown', async () => {
  const { url, close } = await openLivePage(0, 'steer');
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    const response = await page.goto(url.replace(/[^/]+\/$/, `${'x'.repeat(24)}/`));
    expect(response?.status()).toBe(403);
    expect(await page.getByRole('button').count()).toBe(0);
    await context.close();
  } finally {
    await close();
  }
});
