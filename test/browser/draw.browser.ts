import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { readDigits } from '../../lib/data/digits';
import { networkModel } from '../../lib/networks/networks';
import { sgd } from '../../lib/optimizers/optimizer';
import { faultsInAllWindows, launchChromium, openPage, takeScreenshot, type WatchedPage } from './chromium';
import { type ServingCommand, serve } from './command';

let browser: Browser;
let folder: string;
let command: ServingCommand;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  folder = await mkdtemp(join(tmpdir(), 'laminet-draw-'));
  const weights = join(folder, 'lenet5.safetensors');
  using model = networkModel('lenet5').compile({ loss: 'crossEntropy', optimizer: sgd({ learningRate: 0.2 }) });
  await model.fit((await readDigits()).train, { epochs: 4, batchSize: 16 });
  await model.save(weights);
  command = await serve('draw', weights);
});

afterAll(async () => {
  await browser?.close();
  expect(await command?.stop()).toBe(0);
  if (folder) await rm(folder, { recursive: true });
});

beforeEach(async () => {
  watched = await openPage(browser, command.url, { hasTouch: true });
  page = watched.page;
});

afterEach(async () => {
  await watched.context.close();
  expect(watched.complaints).toEqual([]);
});

const untilAnswer = (text: string): Promise<void> => page.getByRole('status').filter({ hasText: text }).waitFor();

/** Places on the drawing area, given as shares of its sides, in the window. */
async function onBoard(places: readonly (readonly [number, number])[]): Promise<{ x: number; y: number }[]> {
  const box = await page.locator('#drawing').boundingBox();
  if (!box) throw new Error('the drawing area is not there');
  return places.map(([x, y]) => ({ x: box.x + x * box.width, y: box.y + y * box.height }));
}

const ONE = [
  [0.55, 0.15],
  [0.5, 0.5],
  [0.45, 0.85],
] as const;

it('a stroke of the mouse changes the answer, the bars and the pictures of all layers', async () => {
  await untilAnswer('nothing is drawn yet');
  const sources = (): Promise<string[]> =>
    page.evaluate(`[...document.querySelectorAll('#layers img')].map(({ src }) => src)`);
  const before = await sources();
  const names = networkModel('lenet5').graph.nodes.map(({ name }) => name);
  expect(await page.locator('#layers strong').allTextContents()).toEqual(names);
  const [start, ...rest] = await onBoard(ONE);
  await page.mouse.move(start?.x ?? 0, start?.y ?? 0);
  await page.mouse.down();
  for (const { x, y } of rest) await page.mouse.move(x, y, { steps: 8 });
  await page.mouse.up();
  await untilAnswer('this is a 1');
  const after = await sources();
  expect(after.every((source, index) => source !== before[index])).toBe(true);
  const rows = await page.locator('#outputs td').allTextContents();
  expect(rows).toHaveLength(10);
  const shares = rows.map((row) => Number(/([\d.]+) %/.exec(row)?.[1]));
  expect(shares.indexOf(Math.max(...shares))).toBe(1);
  expect(Math.abs(shares.reduce((sum, share) => sum + share) - 100)).toBeLessThanOrEqual(0.5);
  await page.getByRole('button', { name: 'Clear' }).click();
  await untilAnswer('nothing is drawn yet');
  expect(await sources()).toEqual(before);
});

it('a finger draws, too', async () => {
  const places = await onBoard(ONE);
  const session = await watched.context.newCDPSession(page);
  const [start] = places;
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [start ?? { x: 0, y: 0 }] });
  for (const place of places.slice(1)) {
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [place] });
  }
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await untilAnswer('this is a 1');
});

it('the keyboard draws, too', async () => {
  await page.locator('#drawing').focus();
  for (let step = 0; step < 8; step++) await page.keyboard.press('ArrowUp');
  await untilAnswer('nothing is drawn yet');
  await page.keyboard.press('Space');
  for (let step = 0; step < 16; step++) await page.keyboard.press('ArrowDown');
  await untilAnswer('this is a 1');
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await untilAnswer('nothing is drawn yet');
});

it('the example digits are read as what they are', async () => {
  const wrong: number[] = [];
  for (let digit = 0; digit < 10; digit++) {
    const answered = page.waitForResponse((response) => response.url().endsWith('/read'));
    await page.getByRole('button', { name: `draw a ${digit}` }).click();
    await answered;
    await untilAnswer('this is a');
    await page.waitForTimeout(200);
    if ((await page.locator('#answer').textContent()) !== `this is a ${digit}`) wrong.push(digit);
  }
  expect(wrong).toEqual([]);
  await page.getByRole('button', { name: 'draw a 3' }).click();
  await untilAnswer('this is a 3');
  await takeScreenshot(page, 'draw.png');
});

it('all is named for screen readers, and fits into narrow and wide windows', async () => {
  expect(await faultsInAllWindows(page)).toEqual([]);
  await page.getByRole('button', { name: 'draw a 5' }).click();
  await untilAnswer('this is a');
  expect(await faultsInAllWindows(page)).toEqual([]);
});
