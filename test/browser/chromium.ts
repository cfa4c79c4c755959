import { existsSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const EXECUTABLE = process.env.LAMINET_CHROMIUM ?? '/usr/bin/chromium';

/** How long a page may take to do something on a machine that is busy. */
const TIMEOUT_MS = 120_000;

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser with a profile of its own. What is not installed is not skipped. */
export function launchChromium(): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(
      `there is no ${EXECUTABLE}, which these tests need: apt-get install chromium, or name another in LAMINET_CHROMIUM`,
    );
  }
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}

/** A page, and what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of its scripts, and what the browser has complained of. */
  readonly complaints: string[];
}

/** Opens an address; what the browser complains of from then on is kept. */
export async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, context, complaints };
}

/** Waits until an expression is true in a page. (Playwright's own way evaluates strings there, which the page forbids.) */
export async function until(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate(expression))) await page.waitForTimeout(50);
}

/** What is wrong with a page for people who cannot see it, or not well, by axe's rules. */
async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** How many pixels of a page lie to the right of its window. */
function overhang(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** Looks at a page in narrow and wide windows, light and dark; what is found is said of each. */
export async function faultsInAllWindows(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const width of [390, 1280]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      const found = [...(await accessibilityFaults(page))];
      if ((await overhang(page)) > 0) found.push('the page is wider than its window');
      faults.push(...found.map((fault) => `${width}, ${colorScheme}: ${fault}`));
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return faults;
}

/** Writes a picture of a page for the documentation, where `LAMINET_SCREENSHOTS` names a folder for it. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.LAMINET_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, name), fullPage: true });
}
