import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { dataPaths } from '@lvra/store';
import { accessibilityFaults } from './browser/axe.js';
import { visit } from './browser/chromium.js';
import { VARIANTS } from './browser/variants.js';
import { onePageOfEachPath } from './crawl.js';
import { comparedNight, ordinaryNight } from './nights/nights.js';
import type { World } from './world.js';

/** Compressed; what a page weighs on a slow line. */
const MOST_BYTES = { page: 30_000, script: 8_000, style: 4_000 };
/** Without one of these a crawl has missed something. */
const PATHS = ['/', '/api', '/candidates', '/keys', '/models', '/objects/…', '/quarantine', '/stems/…'];

export function everyPage(world: World): void {
  const shown = () => world.show('ordinary', ordinaryNight);

  describe('every page that links reach', () => {
    test('is there, and looking at it leaves the ledger as it was, byte for byte', async () => {
      const { night, pages, address } = await shown();
      const before = ledgerOf(night.root);
      const found = await pages();
      assert.deepEqual(
        found.filter(({ status }) => status !== 200).map(({ address, status }) => `${status} ${address}`),
        [],
      );
      const paths = new Set(onePageOfEachPath(found).map((page) => pathOf(page.address)));
      assert.deepEqual(
        PATHS.filter((path) => !paths.has(path)),
        [],
        `reached from ${address}`,
      );
      assert.equal(ledgerOf(night.root), before);
    });

    for (const [variant, options] of Object.entries(VARIANTS)) {
      test(`${variant}: nothing keeps anybody from reading it, and it does nothing that it may not`, async () => {
        const { pages } = await shown();
        const faults: string[] = [];
        const addresses = onePageOfEachPath(await pages()).map(({ address }) => address);
        const trouble = await visit(await world.browser(), addresses, options, async (page, address) => {
          faults.push(...(await accessibilityFaults(page)).map((fault) => `${pathOf(address)}: ${fault}`));
          const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          if (tooWide > 0) faults.push(`${pathOf(address)}: ${tooWide} px wider than the window`);
        });
        assert.deepEqual(trouble, []);
        assert.deepEqual(faults, []);
      });
    }

    test('the stamps of an object are pictures that the browser draws, pixel by pixel', async () => {
      const { address, pages } = await shown();
      const { address: object } =
        (await pages()).find(({ text }) => text.includes('/science.png"')) ?? assert.fail(`no stamps at ${address}`);
      const trouble = await visit(await world.browser(), [object], {}, async (page) => {
        const drawn = await page.locator('.stamp img').evaluateAll((images: HTMLImageElement[]) =>
          images.map(({ complete, naturalWidth, naturalHeight }) => ({
            complete,
            size: `${naturalWidth} ${naturalHeight}`,
          })),
        );
        assert.deepEqual(
          drawn,
          Array.from({ length: 3 }, () => ({ complete: true, size: '30 30' })),
        );
      });
      assert.deepEqual(trouble, []);
    });

    test('a page that refuses is one like the others', async () => {
      const { address } = await shown();
      const paths = ['/nothing', '/objects/1', '/candidates?min=x', '/search?q=nothing', '/candidates?min=2'];
      const addresses = paths.map((path) => `${address}${path}`);
      const trouble = await visit(await world.browser(), addresses, {}, async (page, asked) => {
        assert.deepEqual(await accessibilityFaults(page), [], asked);
        assert.ok((await page.locator('main').innerText()).length > 20, asked);
      });
      // That it was refused, Chromium says to whoever develops it.
      assert.deepEqual(
        trouble.filter((each) => !/status of 4/.test(each)),
        [],
      );
    });

    test('a comparison of two versions is reached by its form, and is read as all others, its ids in one line', async () => {
      const { pages } = await world.show('compared', comparedNight);
      const [found] = (await pages()).filter(({ text }) => text.includes('Where they disagree most'));
      assert.ok(found, 'no page compares');
      for (const [variant, options] of Object.entries(VARIANTS)) {
        const trouble = await visit(await world.browser(), [found.address], options, async (page) => {
          assert.deepEqual(await accessibilityFaults(page), [], variant);
          const lines = await page
            .locator('main .id')
            .evaluateAll((ids) => ids.map((id) => id.getClientRects().length));
          assert.ok(lines.length > 5 && lines.every((count) => count <= 1), `${variant}: ${lines}`);
        });
        assert.deepEqual(trouble, []);
      }
    });

    test('weighs little', async (t) => {
      const { pages, address } = await shown();
      const found = onePageOfEachPath(await pages());
      const weights = found.map((page) => [pathOf(page.address), gzipSync(page.text).length] as const);
      t.diagnostic(weights.map(([path, bytes]) => `${path} ${bytes}`).join(', '));
      assert.deepEqual(
        weights.filter(([, bytes]) => bytes > MOST_BYTES.page),
        [],
      );
      const [, style = ''] = /rel="stylesheet" href="([^"]+)"/.exec(found[0]!.text) ?? [];
      const [, script = ''] = /<script [^>]*src="([^"]+)"/.exec(found[0]!.text) ?? [];
      for (const [path, most] of [
        [style, MOST_BYTES.style],
        [script, MOST_BYTES.script],
      ] as const) {
        const answer = await fetch(`${address}${path}`);
        assert.match(answer.headers.get('cache-control') ?? '', /immutable/);
        assert.ok(gzipSync(await answer.text()).length <= most, `${path} is heavier than ${most}`);
      }
    });
  });
}

const pathOf = (address: string) =>
  new URL(address).pathname.replace(/^\/(objects|stems|models|quarantine)\/[^/]+/, '/$1/…');

const ledgerOf = (root: string) =>
  createHash('sha256')
    .update(readFileSync(dataPaths(root).database))
    .digest('hex');
