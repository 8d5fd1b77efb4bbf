import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Sandbox, startSandbox } from '@lvra/sandbox/sandbox';
import { Ledger } from '@lvra/shared/ledger/ledger';
import { type DataPaths, dataPaths } from '@lvra/shared/paths';
import { loadSettings, type Settings } from '@lvra/shared/settings/settings';
import { stagesOf } from '@lvra/shared/settings/stage-vras';
import { simulateAlerts } from '@lvra/shared/simulator/simulator';
import { nextStem } from '@lvra/shared/stem';
import { runLvra, temporaryFolder } from '../testing/run-lvra.js';
import type { Check, Findings } from './findings.js';
import { Nights } from './nights.js';
import { verify } from './verify.js';

/** What a damage can lay its hands on: a copy of a data folder that is as promised. */
interface Victim {
  readonly paths: DataPaths;
  readonly ledger: Ledger;
  readonly sandbox: Sandbox;
  /** The stems, oldest first. */
  readonly stems: readonly string[];
}

/** One kind of damage, and what must be said of it. */
interface Damage {
  readonly name: string;
  readonly check: Check;
  readonly says: RegExp;
  /** @returns the stem or the object that must be named */
  readonly do: (victim: Victim) => { stem?: string; object?: bigint };
}

const run = (ledger: Ledger, sql: string, ...values: unknown[]) => ledger.database.prepare(sql).run(...values);
const ask = (ledger: Ledger, sql: string, ...values: unknown[]) =>
  ledger.database.prepare(sql).get(...values) as Record<string, bigint & string>;

/** Changes a file as text. */
function edit(path: string, change: (text: string) => string): void {
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  assert.notEqual(changed, text, 'the damage did nothing');
  writeFileSync(path, changed);
}

/** Another digit in the place of the last one: what a double would do to an id. */
const altered = (id: bigint | string) => `${String(id).slice(0, -1)}${(Number(String(id).at(-1)) + 1) % 10}`;

const DAMAGES: Damage[] = [
  {
    name: 'a row is gone from a feature file',
    check: 'features',
    says: /position \d+ has no feature row/,
    do: ({ paths, stems: [stem] }) => {
      edit(paths.features(stem!), (text) => text.split('\n').toSpliced(3, 1).join('\n'));
      return { stem: stem! };
    },
  },
  {
    name: 'a row of a feature file is there twice',
    check: 'doubled',
    says: /a feature row is there twice/,
    do: ({ paths, stems: [stem] }) => {
      edit(paths.features(stem!), (text) => {
        const lines = text.split('\n');
        return lines.toSpliced(3, 0, lines[3]!).join('\n');
      });
      return { stem: stem! };
    },
  },
  {
    name: 'one digit of an id differs in a feature file',
    check: 'id',
    says: /position \d+ has the ids \d+ and \d+, its feature row \d+ and \d+/,
    do: ({ paths, ledger, stems: [stem] }) => {
      const { diaSourceId } = ask(ledger, 'SELECT diaSourceId FROM provenance WHERE stem = ?', stem);
      edit(paths.features(stem!), (text) => text.replace(String(diaSourceId), altered(diaSourceId!)));
      return { stem: stem! };
    },
  },
  {
    name: 'one digit of an id differs in the batch file',
    check: 'id',
    says: /position \d+ has the ids/,
    do: ({ paths, ledger, stems: [, stem] }) => {
      const { diaSourceId } = ask(ledger, 'SELECT diaSourceId FROM provenance WHERE stem = ?', stem);
      edit(paths.batch(stem!), (text) => text.replaceAll(String(diaSourceId), altered(diaSourceId!)));
      return { stem: stem! };
    },
  },
  {
    name: 'one digit of an id differs in provenance',
    check: 'id',
    says: /has no feature row: an id was altered/,
    do: ({ ledger, stems: [, stem] }) => {
      run(
        ledger,
        'UPDATE provenance SET diaSourceId = diaSourceId + 1 WHERE ID = (SELECT max(ID) FROM provenance WHERE stem = ?)',
        stem,
      );
      return { stem: stem! };
    },
  },
  {
    name: 'a feature file is gone',
    check: 'features',
    says: /the feature file .* is missing/,
    do: ({ paths, stems: [stem] }) => {
      rmSync(paths.features(stem!));
      return { stem: stem! };
    },
  },
  {
    name: 'a feature file is cut off',
    check: 'features',
    says: /cells where the header has|no feature row/,
    do: ({ paths, stems: [stem] }) => {
      truncateSync(paths.features(stem!), Math.floor(readFileSync(paths.features(stem!)).length / 2));
      return { stem: stem! };
    },
  },
  {
    name: 'a batch file is gone',
    check: 'batch',
    says: /the batch file .* is missing/,
    do: ({ paths, stems: [stem] }) => {
      rmSync(paths.batch(stem!));
      return { stem: stem! };
    },
  },
  {
    name: 'a batch file is cut off',
    check: 'batch',
    says: /cannot be read/,
    do: ({ paths, stems: [stem] }) => {
      truncateSync(paths.batch(stem!), 10_000);
      return { stem: stem! };
    },
  },
  {
    name: 'an alert is gone from a batch file',
    check: 'batch',
    says: /holds \d+ alerts of \d+ bytes; \d+ of \d+ were registered/,
    do: ({ paths, stems: [stem] }) => {
      edit(paths.batch(stem!), (text) => text.split('\n').toSpliced(2, 1).join('\n'));
      return { stem: stem! };
    },
  },
  {
    name: 'a batch file is there that the ledger does not know',
    check: 'batch',
    says: /is of a stem that the ledger does not know/,
    do: ({ paths, stems }) => {
      const stem = nextStem(stems.at(-1)!);
      cpSync(paths.batch(stems[0]!), paths.batch(stem));
      const hourAgo = Date.now() / 1000 - 3_600;
      utimesSync(paths.batch(stem), hourAgo, hourAgo);
      return { stem };
    },
  },
  {
    name: 'a stem has lost its row of a status table',
    check: 'batch',
    says: /no row in the status table of predict/,
    do: ({ ledger, stems: [stem] }) => {
      run(ledger, 'DELETE FROM predict WHERE stem = ?', stem);
      return { stem: stem! };
    },
  },
  {
    name: 'a score is gone',
    check: 'scores',
    says: /has no score/,
    do: ({ ledger, stems: [stem] }) => {
      run(ledger, 'DELETE FROM provenance WHERE ID = (SELECT min(ID) FROM provenance WHERE stem = ?)', stem);
      return { stem: stem! };
    },
  },
  {
    name: 'a score is there twice',
    check: 'doubled',
    says: /provenance has the score of source \d+ by version demo twice/,
    do: ({ ledger, stems: [stem] }) => {
      run(
        ledger,
        `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
         SELECT diaObjectId, diaSourceId, stem, score, model_name, model_version FROM provenance WHERE stem = ? LIMIT 1`,
        stem,
      );
      return { stem: stem! };
    },
  },
  {
    name: 'threshold flags are gone',
    check: 'features',
    says: /threshold_flags_provenance has no row/,
    do: ({ ledger, stems: [stem] }) => {
      run(
        ledger,
        'DELETE FROM threshold_flags_provenance WHERE ID = (SELECT min(ID) FROM threshold_flags_provenance WHERE stem = ?)',
        stem,
      );
      return { stem: stem! };
    },
  },
  {
    name: 'threshold flags are there twice',
    check: 'doubled',
    says: /threshold_flags_provenance has the row of source \d+ twice/,
    do: ({ ledger, stems: [stem] }) => {
      run(
        ledger,
        `INSERT INTO threshold_flags_provenance (diaObjectId, diaSourceId, stem)
         SELECT diaObjectId, diaSourceId, stem FROM threshold_flags_provenance WHERE stem = ? LIMIT 1`,
        stem,
      );
      return { stem: stem! };
    },
  },
  {
    name: 'a score of a done stem has no outcome',
    check: 'outcomes',
    says: /neither annotated nor is there a reason/,
    do: ({ ledger, stems: [stem] }) => {
      const { ID, diaObjectId } = ask(ledger, 'SELECT ID, diaObjectId FROM provenance WHERE stem = ?', stem);
      run(ledger, 'DELETE FROM annotation_outcome WHERE provenance_ID = ?', ID);
      return { stem: stem!, object: diaObjectId! };
    },
  },
  {
    name: 'the ledger takes an older score for the one that Lasair holds',
    check: 'annotation',
    says: /the ledger has \d+ as the score that Lasair holds/,
    do: ({ ledger }) => {
      const { diaObjectId, older } = revisited(ledger);
      run(ledger, 'UPDATE annotation SET accepted_ID = ? WHERE diaObjectId = ?', older, diaObjectId);
      return { object: diaObjectId };
    },
  },
  {
    name: 'the newest score of an object counts as superseded',
    check: 'annotation',
    says: /counts as superseded, and no newer one is there/,
    do: ({ ledger }) => {
      const { diaObjectId, newest } = revisited(ledger);
      run(ledger, "UPDATE annotation_outcome SET outcome = 'superseded' WHERE provenance_ID = ?", newest);
      return { object: diaObjectId };
    },
  },
  {
    name: 'Lasair holds an older score',
    check: 'annotation',
    says: /Lasair holds the score of source \d+ .* and the newest is that of source \d+/,
    do: ({ ledger, sandbox }) => {
      const { diaObjectId, older } = revisited(ledger);
      const { diaSourceId } = ask(ledger, 'SELECT diaSourceId FROM provenance WHERE ID = ?', older);
      hold(sandbox, diaObjectId, (held) => ({
        ...held,
        classdict: JSON.stringify({ blame_diaSourceId: String(diaSourceId), provenance_ID: String(older), stem: 'x' }),
      }));
      return { object: diaObjectId };
    },
  },
  {
    name: 'Lasair holds another number than the score',
    check: 'annotation',
    says: /Lasair holds the score 0\.123, and provenance \d+ is/,
    do: ({ ledger, sandbox }) => {
      const { diaObjectId } = revisited(ledger);
      hold(sandbox, diaObjectId, (held) => ({ ...held, classification: '0.123' }));
      return { object: diaObjectId };
    },
  },
  {
    name: 'Lasair has lost an annotation',
    check: 'annotation',
    says: /Lasair holds no annotation/,
    do: ({ ledger, sandbox }) => {
      const { diaObjectId } = revisited(ledger);
      (sandbox.annotations as Map<string, unknown>).delete(`r0b_lvra/${diaObjectId}`);
      return { object: diaObjectId };
    },
  },
  {
    name: 'the offsets of a stem are gone',
    check: 'offsets',
    says: /does not say which offsets/,
    do: ({ ledger, stems: [, stem] }) => {
      run(ledger, 'DELETE FROM batch_offsets WHERE stem = ?', stem);
      return { stem: stem! };
    },
  },
  {
    name: 'a part of the offsets is in no stem',
    check: 'offsets',
    says: /offsets \d+ to \d+ are in no stem/,
    do: ({ ledger, stems: [, stem] }) => {
      run(ledger, 'UPDATE batch_offsets SET first_offset = first_offset + 2 WHERE stem = ?', stem);
      return { stem: stem! };
    },
  },
  {
    name: 'offsets are in two stems',
    check: 'offsets',
    says: /offsets \d+ to \d+ are in \d{8}_\d{6} too/,
    do: ({ ledger, stems: [, stem] }) => {
      run(ledger, 'UPDATE batch_offsets SET first_offset = first_offset - 2 WHERE stem = ?', stem);
      return { stem: stem! };
    },
  },
  {
    name: 'a stem covers more offsets than it has alerts',
    check: 'message',
    says: /held \d+ messages of Kafka, but \d+ alerts are in its batch and \d+ in quarantine/,
    do: ({ ledger, stems }) => {
      run(ledger, 'UPDATE batch_offsets SET next_offset = next_offset + 1 WHERE stem = ?', stems.at(-1));
      run(ledger, 'UPDATE kafka_position SET next_offset = next_offset + 1');
      return { stem: stems.at(-1)! };
    },
  },
  {
    name: 'the group would go on behind messages that nobody read',
    check: 'offsets',
    says: /goes on at \d+, but its last stem ends at \d+/,
    do: ({ ledger, stems }) => {
      run(ledger, 'UPDATE kafka_position SET next_offset = next_offset + 5');
      return { stem: stems.at(-1)! };
    },
  },
  {
    name: 'the bytes of a quarantined message are gone',
    check: 'quarantine',
    says: /is missing/,
    do: ({ paths, ledger }) => {
      const { path, stem } = ask(ledger, 'SELECT path, stem FROM quarantine');
      rmSync(join(paths.root, path!));
      return { stem: stem! };
    },
  },
  {
    name: 'a message is neither in the batch nor in quarantine',
    check: 'message',
    says: /held \d+ messages of Kafka, but \d+ alerts/,
    do: ({ ledger }) => {
      const { stem } = ask(ledger, 'SELECT stem FROM quarantine');
      run(ledger, 'DELETE FROM quarantine');
      return { stem: stem! };
    },
  },
];

describe('lvra verify', () => {
  const { folder, remove } = temporaryFolder();
  const whole = join(folder, 'whole');
  let sandbox: Sandbox;
  let environment: Record<string, string>;

  before(async () => {
    sandbox = await startSandbox();
    const input = join(folder, 'alerts.ndjson');
    const alerts = simulateAlerts({ seed: 3, forms: 'mixed', meanSources: 4, revisits: 0.4 });
    const lines = Array.from({ length: 90 }, () => alerts.next().value.text);
    writeFileSync(input, `${lines.toSpliced(20, 0, '{"diaObjectId": 12345678901234').join('\n')}\n`);
    environment = {
      LVRA_DATA_ROOT: whole,
      LVRA_ENDPOINT: sandbox.endpoint,
      LASAIR_LSST_TOKEN: 'sandbox-token',
      LVRA_BATCH_ALERTS: '16',
    };
    assert.equal((await runLvra(['init'], environment)).code, 0);
    const ran = await runLvra(['run', '--once', '--source', 'replay'], { ...environment, LVRA_REPLAY_PATH: input });
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    asFromKafka(dataPaths(whole));
  });

  after(async () => {
    await sandbox?.close();
    remove();
  });

  /** Verifies a copy of the data folder after `damage`. */
  async function verified(
    damage: (victim: Victim) => void,
    adapt: (settings: Settings) => Settings = (settings) => settings,
  ): Promise<Findings> {
    const root = join(folder, 'copy');
    cpSync(whole, root, { recursive: true });
    const settings = adapt(loadSettings({ environment: { ...environment, LVRA_DATA_ROOT: root } }));
    const vras = settings.vras.map(({ modelName }) => modelName);
    const paths = dataPaths(root);
    const ledger = Ledger.open(paths.database, vras, { create: false });
    const kept = new Map(sandbox.annotations);
    try {
      const stems = ledger.database.prepare('SELECT stem FROM batch ORDER BY stem').pluck().all() as string[];
      damage({ paths, ledger, sandbox, stems });
      return await verify(
        { settings, paths, ledger, vras, stages: stagesOf(settings) },
        {
          range: ['00000000_000000', '99999999_999999'],
          kafka: false,
          sandbox: sandbox.endpoint,
          onProgress: () => {},
        },
      );
    } finally {
      ledger.close();
      rmSync(root, { recursive: true });
      const annotations = sandbox.annotations as Map<string, unknown>;
      annotations.clear();
      for (const [key, held] of kept) annotations.set(key, held);
    }
  }

  test('finds nothing wrong where nothing is, and counts everything', async () => {
    const { kept, counts } = await verified(() => {});
    assert.deepEqual(kept, []);
    assert.equal(counts.alerts, 90);
    // One of the messages is in quarantine before it comes into a batch.
    assert.equal(counts.featureRows, counts.alerts - counts.withoutAlert - (counts.quarantined - 1));
    assert.equal(counts.scores, counts.featureRows);
    assert.deepEqual([counts.pending, counts.dead, counts.clearedFiles], [{}, {}, 0]);
    assert.ok(counts.withoutAlert > 0 && counts.quarantined > 1);
    assert.equal(counts.held, counts.objects);
  });

  for (const damage of DAMAGES) {
    test(`finds that ${damage.name}`, async () => {
      let named: ReturnType<Damage['do']> = {};
      const { kept } = await verified((victim) => {
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
      const root = join(folder, 'mended');
      const environmentOfIt = { ...environment, LVRA_DATA_ROOT: root };
      let todo = '';
      await verified((victim) => {
        DAMAGES.find((damage) => damage.name === name)!.do(victim);
        victim.ledger.database.pragma('wal_checkpoint(TRUNCATE)');
        cpSync(victim.paths.root, root, { recursive: true });
      }).then(({ kept: [found] }) => {
        todo = found!.todo;
      });
      const retried = await runLvra(todo.split(' ').slice(1), environmentOfIt);
      assert.equal(retried.code, 0, retried.stderr);
      assert.equal((await runLvra(['run', '--once', '--source', 'none'], environmentOfIt)).code, 0);
      const after = await runLvra(['verify', '--sandbox', sandbox.endpoint], environmentOfIt);
      rmSync(root, { recursive: true });
      assert.equal(after.code, 0, after.stdout);
    });
  }

  test('takes work that is under way for pending, not for wrong', async () => {
    const { kept, counts } = await verified(({ ledger, stems }) => {
      const last = stems.at(-1);
      for (const table of ['predict', 'annotating']) run(ledger, `UPDATE ${table} SET r0b = 0 WHERE stem = ?`, last);
      run(
        ledger,
        'DELETE FROM annotation_outcome WHERE provenance_ID IN (SELECT ID FROM provenance WHERE stem = ?)',
        last,
      );
      run(ledger, 'DELETE FROM provenance WHERE stem = ?', last);
      run(
        ledger,
        'INSERT INTO batch (stem, consumer, reserved_at) VALUES (?, ?, ?)',
        nextStem(String(last)),
        'c',
        Date.now(),
      );
    });
    // What the objects of the stem had before is not their newest any more, and nobody can tell that here.
    assert.deepEqual(
      kept.filter(({ check }) => check !== 'annotation'),
      [],
    );
    assert.deepEqual(counts.pending, { 'predict r0b': 1, consumer: 1 });
  });

  for (const before of ['accepted', 'superseded']) {
    test(`takes what stands for right after a rollback to a version whose score of the source was ${before}`, async () => {
      const { kept } = await verified(({ ledger, sandbox }) => {
        const { diaObjectId, newest } = revisited(ledger);
        const { lastInsertRowid: id } = run(
          ledger,
          `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
           SELECT diaObjectId, diaSourceId, stem, score, model_name, 'a2' FROM provenance WHERE ID = ?`,
          newest,
        );
        run(ledger, "INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (?, 'accepted', 1)", id);
        run(ledger, 'UPDATE annotation_outcome SET outcome = ? WHERE provenance_ID = ?', before, newest);
        run(ledger, 'UPDATE annotation SET accepted_ID = ? WHERE diaObjectId = ?', id, diaObjectId);
        hold(sandbox, diaObjectId, ({ classdict, ...held }) => ({
          ...held,
          classdict: JSON.stringify({ ...JSON.parse(String(classdict)), provenance_ID: String(id) }),
        }));
      });
      assert.deepEqual(kept, []);
    });
  }

  test('wants no row of an alert that the feature stage put into quarantine for its many fields', async () => {
    const { kept } = await verified(({ paths, ledger, stems: [stem] }) => {
      const lines = readFileSync(paths.features(stem!), 'utf8').split('\n');
      const position = lines[3]!.split(',')[0]!;
      writeFileSync(paths.features(stem!), lines.toSpliced(3, 1).join('\n'));
      const sourceOf = (line: string) => line.split(',')[lines[0]!.split(',').indexOf('diaSourceId')];
      for (const table of ['threshold_flags_provenance', 'provenance']) {
        run(ledger, `DELETE FROM ${table} WHERE stem = ? AND diaSourceId = ?`, stem, BigInt(sourceOf(lines[3]!)!));
      }
      const file = join('quarantine', 'wide.raw');
      writeFileSync(join(paths.root, file), 'wide');
      run(
        ledger,
        `INSERT INTO quarantine (stem, stage, position, reason, detail, path, bytes, at)
         VALUES (?, 'feature', ?, 'too_large', '', ?, 4, 0)`,
        ...[stem, Number(position), file],
      );
    });
    assert.deepEqual(
      kept.filter(({ check }) => check !== 'annotation'),
      [],
    );
  });

  test('holds the scores of a VRA with features of its own against the rows of those', async () => {
    const flare = (settings: Settings): Settings => ({
      ...settings,
      vras: [...settings.vras, { ...settings.vras[0]!, modelName: 'flare', features: 'brightening' }],
    });
    let lost = '';
    const scored = ({ paths, ledger, stems: [stem] }: Victim, leaveOut: number) => {
      const rows = ledger.database.prepare('SELECT * FROM provenance WHERE stem = ? ORDER BY ID').all(stem) as Record<
        string,
        bigint
      >[];
      // One alert has no row in this set.
      const ofSet = rows.slice(1);
      const text = ofSet.map(({ diaObjectId, diaSourceId }) => `${diaObjectId},${diaSourceId}\n`).join('');
      mkdirSync(dirname(paths.features(stem!, 'brightening')), { recursive: true });
      writeFileSync(paths.features(stem!, 'brightening'), `diaObjectId,diaSourceId\n${text}`);
      for (const { diaObjectId, diaSourceId } of ofSet.slice(leaveOut)) {
        run(
          ledger,
          `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
           VALUES (?, ?, ?, 0.5, 'flare', 'f1')`,
          ...[diaObjectId, diaSourceId, stem],
        );
      }
      for (const table of ['feature_making', 'predict'])
        run(ledger, `UPDATE ${table} SET flare = 1 WHERE stem = ?`, stem);
      lost = String(ofSet[0]!.diaSourceId);
    };
    assert.deepEqual((await verified((victim) => scored(victim, 0), flare)).kept, []);
    const { kept } = await verified((victim) => scored(victim, 1), flare);
    assert.deepEqual(
      kept.map(({ check, vra, what }) => [check, vra, what.includes(lost)]),
      [['scores', 'flare', true]],
    );
  });

  test('takes the files of a whole night for cleared away when it is over a week old, and no sooner', async () => {
    const { kept } = await verified(({ paths, stems: [stem] }) => {
      const inAWeek = new Nights(paths, Date.now() + 9 * 24 * 3_600_000);
      assert.equal(inAWeek.isCleared('batch', stem!), false);
      rmSync(join(paths.root, 'JSON'), { recursive: true });
      assert.equal(new Nights(paths, Date.now() + 9 * 24 * 3_600_000).isCleared('batch', stem!), true);
    });
    assert.ok(kept.length > 0 && kept.every(({ check }) => check === 'batch'));
  });

  test('says it in words and as JSON, and ends with 1 where something is wrong', async () => {
    const fine = await runLvra(['verify', '--sandbox', sandbox.endpoint], environment);
    assert.equal(fine.code, 0, fine.stderr);
    assert.match(fine.stdout, /^All is as promised\.$/m);
    const paths = dataPaths(whole);
    const ledger = Ledger.open(paths.database, ['r0b'], { create: false });
    const { stem } = ask(ledger, 'SELECT min(stem) AS stem FROM batch');
    ledger.close();
    const kept = readFileSync(paths.features(stem!));
    rmSync(paths.features(stem!));
    const text = await runLvra(['verify'], environment);
    const json = await runLvra(['verify', '--json', '--from', String(stem), '--to', String(stem)], environment);
    const before = await runLvra(['verify', '--to', '20000101'], environment);
    writeFileSync(paths.features(stem!), kept);
    assert.deepEqual([text.code, json.code, before.code], [1, 1, 0]);
    assert.match(
      text.stdout,
      new RegExp(`^features +${stem}: the feature file .* To do: lvra retry ${stem} --stage`, 'm'),
    );
    const { wrong, findings, counts } = JSON.parse(json.stdout);
    assert.deepEqual([wrong, findings[0].stem, counts.stems], [1, stem, 1]);
  });

  test('refuses what is no stem, no address and no sandbox, with exit code 2', async () => {
    for (const words of [
      ['--from', '2026'],
      ['--sandbox', 'here'],
      ['--sandbox', 'http://127.0.0.1:1'],
    ]) {
      const { code, stderr } = await runLvra(['verify', ...words], environment);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /^lvra: .*(write|start one)/);
    }
  });
});

/** Gives stems that were read from a file the offsets that they would have, had they come from Kafka. */
function asFromKafka(paths: DataPaths): void {
  const ledger = Ledger.open(paths.database, ['r0b'], { create: false });
  run(ledger, "UPDATE batch SET source = 'kafka'");
  const stems = ledger.database
    .prepare(
      `SELECT stem, alerts + (SELECT count(*) FROM quarantine WHERE quarantine.stem = batch.stem AND stage = 'consumer')
         AS messages FROM batch ORDER BY stem`,
    )
    .all() as { stem: string; messages: bigint }[];
  let next = 1000n;
  for (const { stem, messages } of stems) {
    run(
      ledger,
      `INSERT INTO batch_offsets (stem, group_id, topic, partition, first_offset, next_offset)
       VALUES (?, 'g', 'topic', 0, ?, ?)`,
      stem,
      next,
      next + messages,
    );
    next += messages;
  }
  run(
    ledger,
    `INSERT INTO kafka_position (group_id, topic, partition, next_offset, fingerprint) VALUES ('g', 'topic', 0, ?, 'f')`,
    next,
  );
  ledger.close();
}

/** An object with several scores. */
function revisited(ledger: Ledger): { diaObjectId: bigint; newest: bigint; older: bigint } {
  const { diaObjectId, newest, older } = ask(
    ledger,
    'SELECT diaObjectId, max(ID) AS newest, min(ID) AS older FROM provenance GROUP BY diaObjectId HAVING count(*) > 1 LIMIT 1',
  );
  return { diaObjectId: diaObjectId!, newest: newest!, older: older! };
}

/** Changes what the sandbox holds of an object. */
function hold(sandbox: Sandbox, object: bigint, change: (held: Record<string, unknown>) => Record<string, unknown>) {
  const annotations = sandbox.annotations as unknown as Map<string, Record<string, unknown>>;
  const key = `r0b_lvra/${object}`;
  annotations.set(key, change(annotations.get(key) ?? {}));
}
