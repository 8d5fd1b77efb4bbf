import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { visit } from './browser/chromium.js';
import { onePageOfEachPath } from './crawl.js';
import { HOSTILE_TEXTS } from './nights/hostile.js';
import { hostileNight } from './nights/nights.js';
import type { World } from './world.js';

/** Each text as an id, as a part of a path, and as what is asked for. */
const ADDRESSES = [
  (text: string) => `/objects/${text}`,
  (text: string) => `/stems/${text}`,
  (text: string) => `/models/${text}`,
  (text: string) => `/quarantine/${text}`,
  (text: string) => `/assets/${text}`,
  (text: string) => `/${text}`,
  (text: string) => `/search?q=${text}`,
  (text: string) => `/candidates?vra=${text}&night=${text}`,
  (text: string) => `/?before=${text}&only=${text}`,
  (text: string) => `/quarantine?reason=${text}&stage=${text}`,
  (text: string) => `/api/v1/objects/${text}?format=${text}`,
  (text: string) => `/api/v1/${text}`,
];

/** What a page may hold of a script: its own, by address. */
const OWN_SCRIPT = /<script type="module" src="\/assets\/console-[0-9a-f]+\.js"><\/script>/g;
/** Elements and attributes that do something, in a page of which the values of attributes are gone. */
const ALIVE =
  /<(?:script|iframe|base|meta http-equiv|plaintext|style|xmp|img|math|template)\b|<[^>]*\s(?:on[a-z]+|style)=/i;
const LINK_THAT_RUNS = /(?:href|src|action|formaction)="\s*(?:javascript|data:text|vbscript)/i;

export function hostileTexts(world: World): void {
  const shown = () => world.show('hostile', hostileNight);

  describe('two hundred texts that mean harm', () => {
    test('in every text of alerts: no page does what they say', async () => {
      const { pages } = await shown();
      const found = await pages();
      assert.deepEqual(
        found.filter(({ status }) => status >= 500).map(({ address, text }) => `${address}: ${text}`),
        [],
      );
      for (const { address, text } of found) assertInert(address, text);
      const addresses = onePageOfEachPath(found).map(({ address }) => address);
      assert.deepEqual(await visit(await world.browser(), addresses), []);
    });

    test('as ids, paths and what is asked for: refused in words, never a fault of ours, no other file', async () => {
      const { address } = await shown();
      const asked = HOSTILE_TEXTS.flatMap((text) => [
        ...ADDRESSES.map((put) => put(encodeURIComponent(text))),
        // As somebody writes who encodes nothing.
        ...(/^[!-~]+$/.test(text) ? [`/objects/${text}`, `/search?q=${text}`, `/stems/${text}`] : []),
      ]);
      const faults: string[] = [];
      for (const path of asked) {
        const answer = await fetch(`${address}${path}`, { headers: { accept: 'text/html' }, redirect: 'manual' });
        const text = await answer.text();
        if (answer.status >= 500) faults.push(`${answer.status} ${path}`);
        if (text.includes('root:x:0')) faults.push(`/etc/passwd at ${path}`);
        if (answer.headers.get('content-type')?.startsWith('text/html')) assertInert(path, text);
      }
      assert.deepEqual(faults, []);
    });

    test('in the search box: the browser shows them and does nothing', async () => {
      const { address } = await shown();
      const texts = HOSTILE_TEXTS.filter((each) => /[<"'`]|javascript/.test(each)).slice(0, 40);
      const addresses = texts.map((text) => `${address}/search?q=${encodeURIComponent(text)}`);
      const trouble = await visit(await world.browser(), addresses);
      // That a page was refused is said to the developer of a page, who is we.
      assert.deepEqual(
        trouble.filter((each) => !/status of 4\d\d/.test(each)),
        [],
      );
    });
  });
}

function assertInert(address: string, page: string): void {
  if (!page.startsWith('<!DOCTYPE html>')) return;
  // A quote within a value or a text is written &quot;.
  const withoutValues = page.replaceAll(OWN_SCRIPT, '').replaceAll(/"[^"]*"/g, '""');
  const [alive] = ALIVE.exec(withoutValues) ?? LINK_THAT_RUNS.exec(page) ?? [];
  assert.equal(alive, undefined, `${address} holds ${alive}`);
}
