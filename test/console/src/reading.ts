import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Sqlite } from '@lvra/ledger/testing/sqlite';
import { dataPaths } from '@lvra/store';
import { openPage } from './chromium.js';
import { laterMessages, ordinaryNight } from './nights.js';
import type { World } from './world.js';

export function reading(world: World): void {
  const shown = () => world.show('ordinary', ordinaryNight);

  describe('without script', () => {
    test('pages are read, and the search and the filters work', async () => {
      const { address } = await shown();
      const { page, close } = await openPage(await world.browser(), `${address}/candidates`, {
        javaScriptEnabled: false,
      });
      const rows = () => page.locator('main tbody tr').count();
      const all = await rows();
      assert.ok(all > 1, `${all} candidates`);
      const score = page.locator('form.filters input[name=min]');
      await score.fill('2');
      // No score is that great, and a filter may say so.
      await page.locator('form.filters button').first().click();
      assert.match(page.url(), /min=2/);
      await page.goto(`${address}/candidates`);
      const id = await page.locator('main tbody a[href^="/objects/"]').first().innerText();
      await page.locator('#search').fill(id);
      await page.locator('search button').click();
      assert.match(page.url(), new RegExp(`/objects/${id}`));
      assert.match(await page.locator('h1').innerText(), new RegExp(id));
      await close();
    });
  });

  describe('with the keyboard alone', () => {
    test('from Tonight to a stem, to an object, and back', async () => {
      const { address } = await shown();
      const { page, trouble, close } = await openPage(await world.browser(), `${address}/`);
      const press = (key: string) => page.keyboard.press(key);
      await press('j');
      await press('Enter');
      await page.waitForURL(/\/stems\//);
      const objectRows = page.locator('main tr[data-key]:has(a[href^="/objects/"])');
      const rows = await page.locator('main tr[data-key]').count();
      assert.ok((await objectRows.count()) > 0, 'no row of the stem leads to an object');
      for (let left = rows; left > 0; left--) {
        await press('j');
        const href = await page.evaluate(() => document.activeElement?.getAttribute('href') ?? '');
        if (href.startsWith('/objects/')) break;
      }
      await press('Enter');
      await page.waitForURL(/\/objects\//);
      // The browser's own key for it, which it has in a window alone.
      await page.goBack();
      assert.match(page.url(), /\/stems\//);
      await page.goBack();
      assert.equal(page.url(), `${address}/`);
      await press('/');
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'search');
      // In a field they are letters.
      await page.keyboard.type('j?x');
      assert.equal(await page.locator('#search').inputValue(), 'j?x');
      assert.deepEqual(trouble, []);
      await close();
    });

    test('? shows the keys, and there they can be switched off for good', async () => {
      const { address } = await shown();
      const { page, trouble, close } = await openPage(await world.browser(), `${address}/`);
      await page.keyboard.press('?');
      const dialog = page.locator('dialog[open]');
      await dialog.waitFor();
      await dialog.locator('input[data-keys-on]').uncheck();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await page.reload();
      await page.keyboard.press('/');
      assert.notEqual(await page.evaluate(() => document.activeElement?.id), 'search');
      assert.deepEqual(trouble, []);
      await close();
    });

    test('what is marked as seen is so after a reload, can be hidden, and be taken back', async () => {
      const { address } = await shown();
      const { page, close } = await openPage(await world.browser(), `${address}/candidates`);
      const rows = page.locator('main tr[data-key]:visible');
      const all = await rows.count();
      await page.keyboard.press('j');
      await page.keyboard.press('x');
      await page.reload();
      assert.equal(await page.locator('tr[data-seen-by-me]').count(), 1);
      await page.goto(`${address}/candidates?seen=no`);
      assert.equal(await rows.count(), all - 1);
      await page.keyboard.press('u');
      assert.equal(await rows.count(), all);
      await close();
    });
  });

  describe('live', () => {
    test('what changes appears where it stands; new rows wait, and neither focus nor scroll moves', async () => {
      const { address, night } = await world.show('live', ordinaryNight);
      const { page, trouble, close } = await openPage(await world.browser(), `${address}/`);
      await page.locator('#live', { hasText: 'live' }).waitFor();
      await page.keyboard.press('j');
      const focused = () => page.evaluate(() => document.activeElement?.outerHTML ?? '');
      const before = { focus: await focused(), rows: await page.locator('[data-live-rows] tbody tr').count() };
      await night.add(laterMessages(60));
      const button = page.locator('caption .waiting');
      await button.waitFor();
      assert.deepEqual(
        { focus: await focused(), rows: await page.locator('[data-live-rows] tbody tr').count() },
        before,
      );
      await button.click();
      assert.ok((await page.locator('[data-live-rows] tbody tr').count()) > before.rows);
      assert.deepEqual(trouble, []);
      await close();
    });

    test('a change is on the screen within a second of its commit', async (t) => {
      const { address, night } = await world.show('live', ordinaryNight);
      const { page, close } = await openPage(await world.browser(), `${address}/`);
      await page.locator('#live', { hasText: 'live' }).waitFor();
      const ledger = new Sqlite(dataPaths(night.root).database);
      const stem = await page.locator('[data-live-rows] tr[data-key]').last().getAttribute('data-key');
      await page.evaluate((key) => {
        const row = document.querySelector(`tr[data-key="${key}"]`)!;
        const seen = { times: [] as number[] };
        Object.assign(window, { seen });
        let before = row.textContent;
        new MutationObserver(() => {
          if (row.textContent !== before) seen.times.push(Date.now());
          before = row.textContent;
        }).observe(row, { subtree: true, childList: true, characterData: true });
      }, stem);
      const seen = () => page.evaluate(() => (window as unknown as { seen: { times: number[] } }).seen.times);
      const took: number[] = [];
      for (const status of [0, 1, 0, 1]) {
        const count = (await seen()).length;
        const at = Date.now();
        ledger.prepare('UPDATE annotating SET r0b = ? WHERE stem = ?').run(status, stem);
        await page.waitForFunction(
          (known) => (window as unknown as { seen: { times: number[] } }).seen.times.length > known,
          count,
        );
        took.push((await seen())[count]! - at);
      }
      ledger.close();
      t.diagnostic(`${took.join(', ')} ms after the commit`);
      // The best of them, as other tests run beside this one.
      assert.ok(Math.min(...took) < 1_000);
      await close();
    });

    test('a hidden tab has no stream, and has one again when it is looked at', async () => {
      const { address } = await shown();
      const { page, close } = await openPage(await world.browser(), `${address}/`);
      await page.locator('#live', { hasText: 'live' }).waitFor();
      const setHidden = (hidden: boolean) =>
        page.evaluate((value) => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
      const closed = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/events'));
      await setHidden(true);
      await closed;
      const opened = page.waitForEvent('request', (request) => request.url().endsWith('/events'));
      await setHidden(false);
      await opened;
      await close();
    });

    test('where the stream is refused the page asks by itself; a console that is gone is said to be', async () => {
      const { address } = await shown();
      const browser = await world.browser();
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.clock.install();
      await page.route('**/api/v1/events', (route) => route.fulfill({ status: 503, body: 'too many' }));
      await page.goto(`${address}/`);
      await page.clock.runFor(6_000);
      await page.locator('#live', { hasText: 'asking every 5 s' }).waitFor();
      await page.route(`${address}/`, (route) => route.abort());
      await page.clock.runFor(6_000);
      await page.locator('#live.bad', { hasText: 'lost since' }).waitFor();
      await context.close();
    });
  });
}
