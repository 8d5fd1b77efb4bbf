import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { readSchemaFolder } from '@lvra/alerts';
import { FRAMED_SAMPLE, RUBIN } from '@lvra/alerts/testing/rubin-schemas';
import { AVRO_VERSIONS, writeSchemas } from '@lvra/simulator';
import { type DataPaths, dataPaths } from '@lvra/store';
import { createLogger, type Logger } from '@lvra/telemetry';
import { until } from '../../testing/rig.js';
import { StaticRegistry } from '../../testing/static-registry.js';
import type { Alert } from '../format.js';
import { folderSource } from './folder-schemas.js';
import { registrySource } from './registry-schemas.js';
import { SchemaStore } from './schema-store.js';

describe('schemas', () => {
  let paths: DataPaths;
  let log: Logger;
  let registry: StaticRegistry;

  beforeEach(async () => {
    paths = dataPaths(mkdtempSync(join(tmpdir(), 'lvra-schemas-')));
    log = createLogger(paths, 'kafka', { stdout: false, level: 'debug' });
    registry = await StaticRegistry.start();
  });

  afterEach(async () => {
    await registry.stop();
    rmSync(paths.root, { recursive: true, force: true });
  });

  const sample = readFileSync(FRAMED_SAMPLE);
  const fromRegistry = (patienceMs?: number) =>
    new SchemaStore({
      source: registrySource(registry.url),
      paths,
      log,
      ...(patienceMs !== undefined && { patienceMs }),
    });

  test('come from a registry below a path that serves only ids, with any content type', async () => {
    for (const type of ['application/json', 'application/vnd.schemaregistry.v1+json', 'application/octet-stream']) {
      registry.contentType = type;
      const store = new SchemaStore({ source: registrySource(`${registry.url}/`.slice(0, -1)), paths, log });
      rmSync(paths.schema(900), { force: true });
      assert.equal(store.decoder(900), undefined);
      assert.equal(await store.look(900), true);
      assert.equal((store.decoder(900)?.decode(sample) as Alert | undefined)?.diaSourceId, '7912941781254298');
    }
    assert.deepEqual(new Set(registry.asked), new Set(['GET /schema-registry/schemas/ids/900']));
  });

  test('are asked for once, and known to the next start without the registry', async () => {
    const store = fromRegistry();
    await Promise.all([store.look(900), store.look(900)]);
    assert.equal(registry.asked.length, 1);
    await registry.stop();
    assert.equal((fromRegistry().decoder(900)?.decode(sample) as Alert | undefined)?.diaObjectId, 7912941781254298n);
  });

  test('wait for a registry that is down, however long, and come when it is back', async () => {
    const store = fromRegistry(0);
    registry.status = 503;
    assert.equal(await store.look(900), false);
    await registry.stop();
    assert.equal(await store.look(900), false);
    assert.equal(store.givenUp(900), undefined);
    registry.status = undefined;
    await registry.restart();
    assert.equal(await store.look(900), true);
    assert.ok(store.decoder(900));
  });

  test('that a registry does not have are given up after a while, and known when they come after all', async () => {
    const store = fromRegistry(100);
    assert.equal(await store.look(1234), false);
    assert.equal(store.givenUp(1234), undefined);
    await delay(150);
    assert.equal(await store.look(1234), true);
    assert.match(store.givenUp(1234) ?? '', /schema-registry has no schema 1234/);
    registry.schemas.set(1234, readSchemaFolder(RUBIN, 1100) as string);
    await store.look(1234);
    assert.ok(store.decoder(1234));
    assert.equal(store.givenUp(1234), undefined);
  });

  test('that cannot be used are given up like unknown ones', async () => {
    const store = fromRegistry(0);
    const nonsense = [
      '{"type": "record"',
      '{"type": "recrd", "name": "x"}',
      '"string"',
      '{"type":"record","name":"x","fields":[]}',
    ];
    for (const [index, text] of nonsense.entries()) {
      registry.schemas.set(index + 1, text);
      assert.equal(await store.look(index + 1), true, text);
      assert.equal(store.decoder(index + 1), undefined);
      assert.ok(store.givenUp(index + 1));
    }
  });

  test('of a page that is no registry do not end the program', async () => {
    registry.body = '<html>Welcome</html>';
    assert.equal(await fromRegistry(60_000).look(900), false);
  });

  test('are asked for again if the kept file is damaged', async () => {
    await fromRegistry().look(900);
    writeFileSync(paths.schema(900), '{"type": "rec');
    const store = fromRegistry();
    assert.equal(store.decoder(900), undefined);
    await store.look(900);
    assert.ok(store.decoder(900));
    assert.ok(fromRegistry().decoder(900));
  });

  test('come from a folder without network, by major x 100 + minor', async () => {
    const folder = join(paths.root, 'schemas-of-rubin');
    writeSchemas(folder, RUBIN, AVRO_VERSIONS);
    const store = new SchemaStore({ source: folderSource(folder), paths, log, patienceMs: 60_000 });
    for (const id of [900, 1000, 1100, 1101, 1200]) {
      assert.equal(await store.look(id), true);
      assert.ok(store.decoder(id));
    }
    assert.equal(await store.look(1300), false);
  });

  test('are asked for with a time limit', async () => {
    // A port that takes connections and never answers.
    const silent: Server = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = silent.address() as AddressInfo;
      const store = new SchemaStore({ source: registrySource(`http://127.0.0.1:${port}`, 200), paths, log });
      let answer: boolean | undefined;
      void store.look(900).then((known) => {
        answer = known;
      });
      await until('it gives up waiting', () => answer === false);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});
