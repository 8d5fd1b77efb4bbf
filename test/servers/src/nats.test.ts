import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, type NatsConnection } from 'nats';
import { removeFolder, temporaryFolder } from './folders.js';
import { type NatsServer, startNats } from './nats.js';

async function connected<T>(server: NatsServer, work: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: server.url, reconnect: false });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function publish(server: NatsServer, text: string): Promise<void> {
  await connected(server, async (connection) => {
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: 'NIGHT', subjects: ['night.>'] });
    await connection.jetstream().publish('night.first', text);
  });
}

async function stored(server: NatsServer): Promise<string> {
  return connected(server, async (connection) => {
    const manager = await connection.jetstreamManager();
    return (await manager.streams.getMessage('NIGHT', { last_by_subj: 'night.first' })).string();
  });
}

test('a published message comes back from JetStream', async (t) => {
  const server = await startNats();
  t.after(() => server.stop());
  await publish(server, 'one alert');
  assert.equal(await stored(server), 'one alert');
});

test('a killed server that is restarted has a new process, the same address and its stream', async (t) => {
  const server = await startNats();
  t.after(() => server.stop());
  await publish(server, 'before the kill');
  const { url, pid } = server;
  await server.kill();
  await assert.rejects(connected(server, async () => {}));
  await server.restart();
  assert.equal(server.url, url);
  assert.notEqual(server.pid, pid);
  assert.equal(await stored(server), 'before the kill');
});

test('stopping a server removes the store it made and leaves a store it was given', async (t) => {
  const given = temporaryFolder('given-store');
  t.after(() => removeFolder(given));
  const servers = [await startNats(), await startNats({ storeDir: given })];
  for (const server of servers) await server.stop();
  assert.deepEqual(
    servers.map((server) => existsSync(server.storeDir)),
    [false, true],
  );
});

test('a server that does not come up says why in its own words', async (t) => {
  const folder = temporaryFolder('bad-config');
  t.after(() => removeFolder(folder));
  const config = join(folder, 'nats.conf');
  writeFileSync(config, 'no_such_setting: 1\n');
  await assert.rejects(startNats({ config }), /nats-server ended with exit code 1.*no_such_setting/s);
});
