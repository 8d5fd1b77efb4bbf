import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, documentedAnswers } from '@lvra/console/testing/answers';
import { hostileNight, ordinaryNight, pythonNight } from './nights/nights.js';
import type { World } from './world.js';

/** Programs get what the OpenAPI document says, and the same again while nothing has changed. */
export function documented(world: World): void {
  const nights = [
    ['ordinary', ordinaryNight],
    ['python', pythonNight],
    ['hostile', hostileNight],
  ] as const;
  for (const [name, make] of nights) {
    test(`the data of every page is as the OpenAPI document says, of the ${name} night`, async () => {
      const { address, pages } = await world.show(name, make);
      const seen = new Set<string>();
      const faults: string[] = [];
      const found = (await pages()).map((page) => page.address);
      for (const asked of [...found, ...unlinked(found)]) {
        const answer = answerOf(new URL(asked));
        if (!answer) continue;
        const response = await fetch(`${address}${answer.address}`);
        seen.add(answer.name);
        assert.equal(response.status, 200, answer.address);
        faults.push(...answer.faultsOf(await response.json()).map((fault) => `${answer.address}: ${fault}`));
      }
      assert.deepEqual(faults, []);
      if (name === 'ordinary') assert.deepEqual([...seen].sort(), documentedAnswers().sort());
    });
  }

  test('an answer that has not changed is not sent again', async () => {
    const { address } = await world.show('ordinary', ordinaryNight);
    for (const path of ['/api/v1/models', '/models']) {
      const first = await fetch(`${address}${path}`);
      const etag = first.headers.get('etag');
      assert.ok(etag, path);
      const again = await fetch(`${address}${path}`, { headers: { 'if-none-match': etag } });
      assert.deepEqual([again.status, await again.text()], [304, ''], path);
    }
  });
}

/** What forms and programs ask for. */
function unlinked(found: readonly string[]): string[] {
  const object = found.find((address) => /\/objects\/\d+$/.test(address));
  if (object === undefined) return [];
  const { origin, pathname } = new URL(object);
  return [`${object}/light-curve`, `${origin}/search?q=${pathname.slice('/objects/'.length)}`];
}
