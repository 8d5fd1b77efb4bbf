import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FRAMED_SAMPLE, RUBIN } from '@lvra/alerts/testing/rubin-schemas';
import { AVRO_VERSIONS, writeSchemas } from '@lvra/simulator';
import { quarantineSource } from '../../sources/quarantine.js';
import type { AlertSource } from '../../sources/source.js';
import { alertText, TestRig } from '../../testing/rig.js';
import { AvroFormat } from './avro-format.js';
import { folderSource } from './folder-schemas.js';
import { SchemaStore } from './schema-store.js';

const never = new AbortController().signal;

test('alerts whose schema was unknown can be read from quarantine, together with others in Lasair’s form', async (context: TestContext) => {
  const rig = await TestRig.create();
  context.after(() => rig.close());
  const folder = join(rig.paths.root, 'schemas-of-rubin');
  const format = () =>
    new AvroFormat(new SchemaStore({ source: folderSource(folder), paths: rig.paths, log: rig.log, patienceMs: 0 }));
  const source = (bytes: Buffer, as?: AvroFormat): AlertSource => ({
    name: 'kafka',
    ...(as && { format: as }),
    async run(sink) {
      await sink.add({ bytes, receivedMs: 1 });
    },
  });
  await rig.consumer(source(readFileSync(FRAMED_SAMPLE), format())).run(never);
  await rig.consumer(source(Buffer.from(`${alertText(1)}x`))).run(never);
  const { quarantine } = rig.ledger;
  const ids = (await quarantine.list()).map(({ id }) => id);
  assert.deepEqual(
    (await quarantine.list()).map(({ reason }) => reason),
    ['schema_unknown', 'not_json'],
  );
  writeSchemas(folder, RUBIN, AVRO_VERSIONS);
  await rig.consumer(await quarantineSource({ ids, quarantine, paths: rig.paths, avro: format() })).run(never);
  const [stem] = await rig.stems();
  assert.match(rig.batchText(stem as string), /"diaObjectId": 7912941781254298/);
  assert.deepEqual(
    (await quarantine.list()).map(({ reason }) => reason),
    ['not_json'],
  );
});
