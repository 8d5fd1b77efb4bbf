import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ANNOTATION_DAMAGES } from '../testing/damaged-annotations.js';
import { FILE_DAMAGES } from '../testing/damaged-files.js';
import { LEDGER_DAMAGES } from '../testing/damaged-ledger.js';
import { FinishedNight } from '../testing/finished-night.js';
import type { Truth } from '../testing/truth.js';
import type { Damage } from '../testing/victim.js';

const DAMAGES = [...FILE_DAMAGES, ...LEDGER_DAMAGES, ...ANNOTATION_DAMAGES];

describe('lvra verify', () => {
  let night: FinishedNight;
  let whole: Truth;
  before(async () => {
    night = await FinishedNight.make();
    whole = night.truth;
  });
  after(() => night?.close());

  for (const damage of DAMAGES) {
    test(`finds that ${damage.name}, and what it says to do puts it right`, async () => {
      let named: ReturnType<Damage['do']> = {};
      const { first, last, truth } = await night.mended((victim) => {
        named = damage.do(victim);
      });
      const found = first.kept.find(({ check, what }) => check === damage.check && damage.says.test(what));
      assert.ok(
        found,
        `not found among\n${first.kept.map(({ check, what }) => `${check}: ${what}`).join('\n') || 'nothing'}`,
      );
      if (named.stem !== undefined) assert.equal(found.stem, named.stem);
      if (named.object !== undefined) assert.equal(found.object, String(named.object));
      assert.deepEqual(last.kept, [], `after ${found.todo}`);
      assert.deepEqual(truth, whole, `after ${found.todo}`);
    });
  }
});
