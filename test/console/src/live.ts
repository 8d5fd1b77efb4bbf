import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Sqlite } from '@lvra/ledger/testing/sqlite';
import { dataPaths } from '@lvra/store';
import { openPage } from './browser/chromium.js';
import { laterMessages, ordinaryNight } from './nights/nights.js';
import type { World } from './world.js';

export function live(world: World): void {
  const shown = () => world.show('ordinary', ordinaryNight);

  describe('live', () => {
    test('what changes appears where it stands; new rows wait, and neither focus nor scroll moves', async () => {
      const { address, night } = await world.show('live', ordinaryNight);
      const { page, trouble, close } = await openPage(await world.browser(), `${address}/`);
      await page.locator('#live', { hasText: 'live' }).waitFor();
      await page.keyboard.press('j');
      const focused = () =>
        page.evaluate(() => {
          const { outerHTML, parentElement } = document.activeElement!;
          return [outerHTML, parentElement!.getBoundingClientRect().top, scrollY];
        });
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

    test('a row that is not of the list any more is marked, and goes when the reader asks; an empty list gets rows', async () => {
      const { address, night } = await world.show('live', ordinaryNight);
      const ledger = new Sqlite(dataPaths(night.root).database);
      const { page, trouble, close } = await openPage(await world.browser(), `${address}/?only=failed`);
      await page.locator('#live', { hasText: 'live' }).waitFor();
      const [button, rows] = [page.locator('caption .waiting'), page.locator('[data-live-rows] tbody tr')];
      assert.equal(await rows.count(), 0);
      const set = ledger.prepare('UPDATE annotating SET r0b = ? WHERE stem = (SELECT max(stem) FROM annotating)');
      set.run(40);
      await button.filter({ hasText: '1 new' }).click();
      await page.getByText('There is none.').waitFor({ state: 'detached' });
      assert.equal(await rows.count(), 1);
      set.run(1);
      await page.locator('tr[data-gone]').waitFor();
      await button.filter({ hasText: '1 gone' }).click();
      assert.equal(await rows.count(), 0);
      ledger.close();
      assert.deepEqual(trouble, []);
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
