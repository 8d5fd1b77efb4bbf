import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { realMessages } from '@lvra/alerts/testing/json-samples';
import { assertReferenceRows, readFeatureRows, reference } from '@lvra/core/testing/reference';
import { Ledger } from '@lvra/ledger';
import { readQuarantined } from '@lvra/runtime';
import { hostileMessages, simulateAlerts } from '@lvra/simulator';
import { dataPaths } from '@lvra/store';
import { makeWorld, SERVICES, until, type World } from './world.js';

describe('real alerts through Kafka, four processes and NATS', () => {
  let world: World;

  before(async () => {
    world = await makeWorld({ LVRA_BATCH_SECONDS: '1' });
    await Promise.all(SERVICES.map((name) => world.start(name)));
  });

  after(() => world?.end());

  test('the 44 real messages give the reference’s rows, and 43 annotations with exact ids', async () => {
    await world.send(realMessages.map((message) => Buffer.from(message)));
    await until(world, '43 annotations', () => world.sandbox.annotations.size === 43);
    const stems = world.ledger().prepare('SELECT stem FROM feature_making').pluck().all() as string[];
    // `index` is the position within a batch, and Kafka may deliver the messages as two.
    assertReferenceRows(
      stems.flatMap((stem) => readFeatureRows(world.paths.features(stem))),
      stems.length === 1 ? [] : ['index'],
    );
    const expected = reference.rows.map((row) => `${row.diaObjectId} ${row.diaSourceId}`).sort();
    const held = [...world.sandbox.annotations.values()].map(
      ({ objectId, classdict }) => `${objectId} ${JSON.parse(classdict).blame_diaSourceId}`,
    );
    assert.deepEqual(held.sort(), expected);
  });

  test('the batch files hold the messages as Kafka had them, and Python reads them', () => {
    const files = readdirSync(join(world.root, 'JSON'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.json'),
    );
    const ids = files.flatMap((file) =>
      execFileSync(
        'python3',
        [
          '-c',
          'import json, sys\nfor m in json.load(open(sys.argv[1])): print(m["diaObjectId"])',
          join(world.root, 'JSON', file),
        ],
        { encoding: 'utf8' },
      )
        .trim()
        .split('\n'),
    );
    const sent = realMessages.map((message) => /^\{"diaObjectId": (\d+)/.exec(message)?.[1]);
    assert.deepEqual(ids.sort(), sent.sort());
  });

  test('hostile messages go to quarantine with a reason, and the alerts between them are processed', async () => {
    const before = world.sandbox.annotations.size;
    const good = alerts(20);
    // The broker takes nothing above 10 MiB.
    const hostile = hostileMessages().filter((message) => message.bytes().length < 10_000_000);
    const mixed = hostile.flatMap(({ bytes }, i) => [
      bytes(),
      ...good.slice(i, i + 1).map(({ text }) => Buffer.from(text)),
    ]);
    await world.send([...mixed, ...good.slice(hostile.length).map(({ text }) => Buffer.from(text))]);
    const wanted = hostile
      .filter(({ outcome }) => outcome === 'quarantined')
      .map((message) => message.bytes().toString('hex'));
    const scored = hostile.filter(({ outcome }) => outcome === 'scored').length;
    await until(
      world,
      'the good alerts are annotated',
      () => world.sandbox.annotations.size >= before + good.length + scored,
    );
    // The last of them may have come as a batch without a good alert.
    const inQuarantine = () => world.ledger().prepare('SELECT count(*) FROM quarantine').pluck().get();
    await until(world, 'the others are in quarantine', () => Number(inQuarantine()) >= wanted.length);
    for (const { diaObjectId } of good) assert.ok(world.sandbox.annotations.has(`r0b_lvra/${diaObjectId}`));
    const ledger = await Ledger.open(dataPaths(world.root).database, [], { create: false });
    const quarantined = await ledger.quarantine.list();
    await ledger.close();
    assert.equal(quarantined.length, wanted.length);
    const kept: string[] = [];
    for await (const [, bytes] of readQuarantined(dataPaths(world.root), quarantined)) kept.push(bytes.toString('hex'));
    assert.deepEqual(kept.sort(), wanted.sort());
  });

  test('each service says on /metrics what it did', async () => {
    const page = async (name: (typeof SERVICES)[number]) => (await world.services.get(name)?.metrics()) ?? '';
    assert.match(await page('consumer'), /lvra_alerts_consumed_total\{source="kafka".*\} [1-9]/);
    assert.match(await page('feature'), /lvra_stems_total\{stage="feature",vra="r0b",outcome="partial".*\} [1-9]/);
    assert.match(await page('predict'), /lvra_stems_total\{stage="predict",vra="r0b",outcome="done".*\} [1-9]/);
    assert.match(await page('annotate'), /lvra_annotations_total\{vra="r0b",outcome="accepted".*\} [1-9]/);
    assert.match(await page('annotate'), /lvra_annotation_latency_seconds_count\{.*vra="r0b".*\} [1-9]/);
  });

  test('the three stages show the alerts of the night, and nothing that only the consumer knows', async () => {
    for (const name of ['feature', 'predict', 'annotate'] as const) {
      const page = (await world.services.get(name)?.metrics()) ?? '';
      assert.match(page, /^lvra_alerts_tonight\{.*\} [1-9]\d*$/m);
      assert.match(page, /^lvra_disk_free_bytes\{.*\} [1-9]\d*$/m);
      assert.doesNotMatch(page, /lvra_consumer_paused|lvra_kafka_stray_partitions/);
    }
  });

  test('SIGTERM ends each service with exit code 0 within ten seconds', async () => {
    const begun = performance.now();
    const codes = await Promise.all([...world.services.values()].map((service) => service.end('SIGTERM')));
    assert.deepEqual(codes, [0, 0, 0, 0]);
    assert.ok(performance.now() - begun < 10_000);
  });
});

function alerts(count: number) {
  const simulated = simulateAlerts({ seed: 11, forms: 'full', revisits: 0, meanSources: 4 });
  return Array.from({ length: count }, () => simulated.next().value);
}
