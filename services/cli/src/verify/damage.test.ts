import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Finding, Findings } from '@lvra/operations';
import { ANNOTATION_DAMAGES } from '../testing/damage/annotations.js';
import { CELL_DAMAGES } from '../testing/damage/cells.js';
import { FILE_DAMAGES } from '../testing/damage/files.js';
import { LEDGER_DAMAGES } from '../testing/damage/ledger.js';
import { REGISTRATION_DAMAGES } from '../testing/damage/registration.js';
import type { Damage } from '../testing/damage/victim.js';
import { FinishedNight } from '../testing/finished-night.js';
import type { Truth } from '../testing/truth.js';

const DAMAGES = [...FILE_DAMAGES, ...CELL_DAMAGES, ...LEDGER_DAMAGES, ...REGISTRATION_DAMAGES, ...ANNOTATION_DAMAGES];

describe(`lvra verify, of ${DAMAGES.length} damages`, () => {
  let night: FinishedNight;
  let whole: Truth;
  /** A damage, and what was found of it, for each kind of advice that was given for a kind of finding. */
  const advised = new Map<string, { damage: Damage; findings: Findings }>();
  before(async () => {
    night = await FinishedNight.make();
    whole = await night.truth();
  });
  after(() => night?.close());

  for (const damage of DAMAGES) {
    test(`finds that ${damage.name}`, async () => {
      let named: Awaited<ReturnType<Damage['do']>> = {};
      const findings = await night.verified(async (victim) => {
        named = await damage.do(victim);
      });
      const found = foundOf(damage, findings);
      if (named.stem !== undefined) assert.equal(found.stem, named.stem);
      if (named.object !== undefined) assert.equal(found.object, String(named.object));
      const kind = `${found.check}: ${found.todo.replace(/\/\S+/g, 'FILE').replace(/[\d_]+/g, 'N')}`;
      if (!advised.has(kind)) advised.set(kind, { damage, findings });
    });
  }

  test('says what puts it right: after that nothing is found, and nothing is lost', async (t) => {
    assert.ok(advised.size > 10, `${advised.size} kinds of advice`);
    for (const [kind, { damage, findings }] of advised) {
      await t.test(`${kind}, where ${damage.name}`, async () => {
        const { last, truth } = await night.mended(async (victim) => {
          await damage.do(victim);
        }, findings);
        assert.deepEqual(last.kept, []);
        assert.deepEqual(truth, whole);
      });
    }
  });
});

function foundOf(damage: Damage, { kept }: Findings): Finding {
  const found = kept.find(({ check, what }) => check === damage.check && damage.says.test(what));
  assert.ok(found, `not found among\n${kept.map(({ check, what }) => `${check}: ${what}`).join('\n') || 'nothing'}`);
  return found;
}
