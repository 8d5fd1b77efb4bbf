import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPage } from './browser/chromium.js';
import { ordinaryNight } from './nights/nights.js';
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

  describe('why a score, without script', () => {
    test('is read on the page of an object, its other features open, and a link leads to it', async () => {
      const { address } = await shown();
      const { page, trouble, close } = await openPage(await world.browser(), `${address}/candidates`, {
        javaScriptEnabled: false,
      });
      await page.locator('main tbody a[href^="/objects/"]').first().click();
      await page.getByRole('link', { name: 'why' }).last().click();
      assert.match(page.url(), /\?explain=\d+#why$/);
      const why = page.locator('section[aria-labelledby=why]');
      assert.ok(await why.getByRole('heading', { name: 'Why this score' }).isVisible());
      const rows = why.locator('tbody tr:visible');
      const few = await rows.count();
      await why.locator('summary').click();
      assert.deepEqual([few, await rows.count()], [16, 57]);
      const strongest = await why.locator('rect').first().boundingBox();
      assert.ok(strongest && strongest.width > 40, JSON.stringify(strongest));
      assert.deepEqual(trouble, []);
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

  describe('a plot', () => {
    test('tells of the mark that is nearest, and a stroke over it shows those times alone', async () => {
      const { address } = await shown();
      const { page, trouble, close } = await openPage(await world.browser(), `${address}/candidates`);
      await page.locator('main a[href^="/objects/"]').first().click();
      await page.waitForURL(/\/objects\//);
      const plot = page.locator('svg[data-zoom]').first();
      await plot.scrollIntoViewIfNeeded();
      const mark = plot.locator('[data-tip]').first();
      const at = (await mark.boundingBox())!;
      await page.mouse.move(at.x + at.width / 2 + 3, at.y + at.height / 2 + 3);
      const tip = await page.locator('.plot .tip').first().innerText();
      assert.ok(tip.length > 10, `it says ${JSON.stringify(tip)}`);
      const box = (await plot.boundingBox())!;
      const numbers = async (name: string) => (await plot.getAttribute(name))!.split(/[ ,]+/).map(Number);
      const [[began, ended], [left, right], [, , width]] = [
        await numbers('data-domain'),
        await numbers('data-range'),
        await numbers('viewBox'),
      ] as unknown as [[number, number], [number, number], [number, number, number]];
      const timeAt = (share: number) => began + ((share * width - left) / (right - left)) * (ended - began);
      await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 4 });
      const zoomed = page.waitForURL(/from=/);
      await page.mouse.up();
      await zoomed;
      const query = new URL(page.url()).searchParams;
      const [first, last] = [Number(query.get('from')), Number(query.get('to'))];
      // A pixel of the screen is a hundredth of a day or less.
      assert.ok(Math.abs(first - timeAt(0.3)) < 0.2 && Math.abs(last - timeAt(0.5)) < 0.2, `${first} to ${last}`);
      assert.deepEqual(await numbers('data-domain'), [first, last]);
      assert.deepEqual(trouble, []);
      await close();
    });
  });

  describe('what a browser remembers', () => {
    test('what is new since the last visit: a link that means a day where nobody has been here before', async () => {
      const { address } = await shown();
      const { page, close } = await openPage(await world.browser(), `${address}/candidates`);
      const since = async () =>
        new URL(
          await page.locator('a[data-last-visit]').evaluate((a) => (a as HTMLAnchorElement).href),
        ).searchParams.get('since');
      const usual = await since();
      const last = Date.now() - 3 * 3_600_000;
      await page.evaluate((at) => localStorage.setItem('lvra-visit', JSON.stringify({ last: at, before: 0 })), last);
      await page.reload();
      assert.equal(await since(), new Date(last).toISOString());
      assert.notEqual(usual, await since());
      await close();
    });
  });

  describe('the policy of a page', () => {
    test('lets nothing make HTML or run but our own script', async () => {
      const { address } = await shown();
      const { page, close } = await openPage(await world.browser(), `${address}/keys`);
      const make = page.evaluate(() => {
        document.body.innerHTML = '<b>made</b>';
      });
      await assert.rejects(make, /TrustedHTML/);
      const handle = page.evaluate(() => document.body.setAttribute('onclick', 'alert(1)'));
      await assert.rejects(handle, /TrustedScript/);
      const told = Promise.all(
        ['img-src', 'style-src'].map((part) => page.waitForEvent('console', (said) => said.text().includes(part))),
      );
      await page.evaluate(() => {
        document.body.append(Object.assign(new Image(), { src: 'https://example.org/x.png' }));
        document.body.setAttribute('style', 'color: red');
      });
      await told;
      await close();
    });
  });
}
