import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ANNOTATION_DAMAGES } from '../testing/damaged-annotations.js';
import { FILE_DAMAGES } from '../testing/damaged-files.js';
import { LEDGER_DAMAGES } from '../testing/damaged-ledger.js';
import { FinishedNight } from '../testing/finished-night.js';
import { runLvra } from '../testing/run-lvra.js';
import type { Damage } from '../testing/victim.js';

const DAMAGES = [...FILE_DAMAGES, ...LEDGER_DAMAGES, ...ANNOTATION_DAMAGES];

describe('lvra verify', () => {
  let night: FinishedNight;
  before(async () => {
    night = await FinishedNight.make();
  });
  after(() => night?.close());

  for (const damage of DAMAGES) {
    test(`finds that ${damage.name}`, async () => {
      let named: ReturnType<Damage['do']> = {};
      const { kept } = await night.verified((victim) => {
        named = damage.do(victim);
      });
      const found = kept.find(({ check, what }) => check === damage.check && damage.says.test(what));
      assert.ok(
        found,
        `not found among\n${kept.map(({ check, what }) => `${check}: ${what}`).join('\n') || 'nothing'}`,
      );
      if (named.stem !== undefined) assert.equal(found.stem, named.stem);
      if (named.object !== undefined) assert.equal(found.object, String(named.object));
      assert.ok(found.todo.length > 0);
    });
  }

  for (const name of [
    'a feature file is gone',
    'a score is gone',
    'Lasair has lost an annotation',
    'Lasair holds an older score',
  ]) {
    test(`says what mends it where ${name}`, async () => {
      const root = join(night.folder, 'mended');
      const environmentOfIt = { ...night.environment, LVRA_DATA_ROOT: root };
      let todo = '';
      await night
        .verified((victim) => {
          DAMAGES.find((damage) => damage.name === name)!.do(victim);
          victim.ledger.database.pragma('wal_checkpoint(TRUNCATE)');
          cpSync(victim.paths.root, root, { recursive: true });
        })
        .then(({ kept: [found] }) => {
          todo = found!.todo;
        });
      const retried = await runLvra(todo.split(' ').slice(1), environmentOfIt);
      assert.equal(retried.code, 0, retried.stderr);
      assert.equal((await runLvra(['run', '--once', '--source', 'none'], environmentOfIt)).code, 0);
      const after = await runLvra(['verify', '--sandbox', night.sandbox.endpoint], environmentOfIt);
      rmSync(root, { recursive: true });
      assert.equal(after.code, 0, after.stdout);
    });
  }
});
