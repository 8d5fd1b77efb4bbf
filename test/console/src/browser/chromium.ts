import assert from 'node:assert/strict';
import { browserPath } from '@lvra/test-servers/tools';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** One browser for all tests: a start of it takes seconds. */
export async function startChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: browserPath(),
    // It refuses to run as root in its own sandbox. It must know no name but this machine's.
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
    timeout: 120_000,
  });
}

/** A page in a context of its own, which keeps account of what it does. */
export interface Watched {
  readonly page: Page;
  /** Faults that the console reported, breaches of the policy, dialogs, and requests to any other host. */
  readonly trouble: string[];
  close(): Promise<void>;
}

export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const trouble: string[] = [];
  const { origin } = new URL(address);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => trouble.push(`${page.url()}: ${error.message}`));
  page.on('dialog', (dialog) => {
    trouble.push(`${page.url()}: a dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:,')) trouble.push(`${page.url()}: asks ${url}`);
  });
  await page.goto(address);
  return { page, trouble, close: () => context.close() };
}

/** Looks at many addresses in one page. @returns the trouble of all */
export async function visit(
  browser: Browser,
  addresses: readonly string[],
  options: BrowserContextOptions = {},
  look: (page: Page, address: string) => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const [first, ...others] = addresses;
  assert.ok(first !== undefined, 'nothing to look at');
  const { page, trouble, close } = await openPage(browser, first, options);
  await look(page, first);
  for (const address of others) {
    await page.goto(address);
    await look(page, address);
  }
  await close();
  return trouble;
}
