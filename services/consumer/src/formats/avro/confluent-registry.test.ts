import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { idOfVersion } from '@lvra/alerts';
import { RUBIN } from '@lvra/alerts/testing/rubin-schemas';
import { AVRO_VERSIONS, simulateAvro, simulatedSchema } from '@lvra/simulator';
import { dataPaths } from '@lvra/store';
import { createLogger } from '@lvra/telemetry';
import { type SchemaRegistryServer, startSchemaRegistry } from '@lvra/test-servers/kafka/schema-registry';
import { AvroFormat } from './avro-format.js';
import { registrySource } from './registry-schemas.js';
import { SchemaStore } from './schema-store.js';

const paths = dataPaths(mkdtempSync(join(tmpdir(), 'lvra-registry-')));
let registry: SchemaRegistryServer;

before(async () => {
  registry = await startSchemaRegistry();
});

after(async () => {
  await registry?.stop();
  rmSync(paths.root, { recursive: true, force: true });
});

test('a registry of another broker gives schemas by its own ids', async () => {
  const log = createLogger(paths, 'kafka', { stdout: false, level: 'debug' });
  const store = new SchemaStore({ source: registrySource(registry.url), paths, log, patienceMs: 60_000 });
  const format = new AvroFormat(store);
  for (const version of AVRO_VERSIONS) {
    const subject = `alerts-${idOfVersion(version)}`;
    const id = await registry.register(subject, simulatedSchema(RUBIN, version));
    const alert = simulateAvro({ seed: 1, schemas: RUBIN, versions: [version] }).next().value;
    const message = Buffer.from(alert.bytes);
    message.writeUInt32BE(id, 1);
    assert.equal(format.missing(message)?.id, id);
    assert.equal(await format.missing(message)?.look(), true);
    const read = format.read(message);
    assert.ok(typeof read !== 'string');
    assert.equal(read.diaObjectId, alert.diaObjectId);
    assert.equal(read.diaSourceId, String(alert.diaSourceId));
  }
  const impatient = new SchemaStore({ source: registrySource(registry.url), paths, log, patienceMs: 0 });
  assert.equal(await impatient.look(987_654), true);
  assert.match(impatient.givenUp(987_654) ?? '', /has no schema 987654/);
});
