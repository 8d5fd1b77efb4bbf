import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Sqlite } from '@lvra/ledger/testing/sqlite';
import { dataPaths } from '@lvra/store';
import { accessibilityFaults } from './browser/axe.js';
import { openPage } from './browser/chromium.js';
import { ordinaryNight } from './nights/nights.js';
import type { World } from './world.js';

const SIGN_IN = { username: 'ada', password: 'correct-horse' };
const SETTINGS = {
  LVRA_CONSOLE_ACTIONS: 'yes',
  LVRA_CONSOLE_AUTH: 'password',
  LVRA_CONSOLE_PASSWORD: SIGN_IN.password,
};

export function acting(world: World): void {
  describe('where actions are on', () => {
    test('whoever signed in retries a stem from its page, and is named in its history', async () => {
      const { address, night } = await world.show('acting', () => ordinaryNight(SETTINGS));
      const ledger = new Sqlite(dataPaths(night.root).database);
      const stem = ledger.prepare('SELECT max(stem) FROM annotating').pluck().get() as string;
      ledger.prepare('UPDATE annotating SET r0b = 0 WHERE stem = ?').run(stem);
      ledger.close();
      // A browser says where a form is from, and sends the password, in its own way.
      const { page, trouble, close } = await openPage(await world.browser(), `${address}/stems/${stem}`, {
        httpCredentials: SIGN_IN,
      });
      await page.locator('a[href^="/actions/retry"]').first().click();
      await page.waitForURL(/\/actions\/retry/);
      assert.deepEqual(await accessibilityFaults(page), []);
      assert.doesNotMatch(await page.locator('main').innerText(), /ada/);
      await page.locator('main form button').click();
      await page.waitForURL(`${address}/stems/${stem}`);
      assert.match(await page.locator('main').innerText(), /tried again: ada/);
      // Before Chromium signs in it is refused once, and says so.
      assert.deepEqual(
        trouble.filter((each) => !/status of 401/.test(each)),
        [],
      );
      await close();
    });

    test('keys label the objects of candidates, one after the other, and take the last label back', async () => {
      const { address, night } = await world.show('acting', () => ordinaryNight(SETTINGS));
      const ledger = new Sqlite(dataPaths(night.root).database);
      const labels = () =>
        ledger.prepare('SELECT diaObjectId, label, who FROM label ORDER BY ID').raw().safeIntegers().all();
      const { page, trouble, close } = await openPage(await world.browser(), `${address}/candidates`, {
        httpCredentials: SIGN_IN,
      });
      const status = page.locator('[data-label-status]');
      const objects = await page
        .locator('main tr[data-object]')
        .evaluateAll((rows) => rows.map((row) => row.dataset.object));
      const [first, second] = objects.map((id) => BigInt(id ?? ''));
      for (const key of ['j', '2', '1']) await page.keyboard.press(key);
      await page.waitForFunction(
        (id) => document.querySelector('[data-label-status]')?.textContent?.startsWith(`${id}: real`),
        `${second}`,
      );
      assert.deepEqual(labels(), [
        [first, 'bogus', 'ada'],
        [second, 'real', 'ada'],
      ]);
      await page.locator(`tr[data-object="${second}"] td`, { hasText: /^real$/ }).waitFor();
      assert.match(await page.locator('[data-seen-count]').innerText(), /^2 of the \d+ rows here seen$/);
      await page.keyboard.press('u');
      await page.waitForFunction(() =>
        document.querySelector('[data-label-status]')?.textContent?.includes('taken back'),
      );
      assert.deepEqual(labels(), [[first, 'bogus', 'ada']]);
      assert.match(await page.locator('[data-seen-count]').innerText(), /^1 of/);
      assert.deepEqual(await accessibilityFaults(page), []);
      assert.doesNotMatch(await status.innerText(), /could not/);
      assert.deepEqual(
        trouble.filter((each) => !/status of 401/.test(each)),
        [],
      );
      ledger.close();
      await close();
    });
  });
}
