import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { readEnvelope } from '@lvra/shared/alerts/envelope';
import { type SimulatedAlert, simulateAlerts } from '@lvra/shared/simulator/simulator';
import { objectIdOf, serialOf, sourceIdOf } from './fresh-ids.js';
import { ResendableBatch } from './resendable-batch.js';

const kafkajs = createRequire(import.meta.url);
const Decoder = kafkajs('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const decodeBatch = kafkajs('kafkajs/src/protocol/recordBatch/v0/decoder') as (
  decoder: unknown,
) => Promise<{ records: { value: Buffer; timestamp: string; offset: string }[] }>;
const crc32cOfKafkajs = kafkajs('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;

const ALERTS = 10;
const NOW = 1_780_000_000_123;
/** Beyond what a double holds, and with a carry through several digits. */
const SERIAL = 99_999_997;

const alerts = take(ALERTS);
const batch = await ResendableBatch.of(alerts);

describe('an alert that is sent again', () => {
  test('has the ids of its serial number, digit by digit, wherever they stand', async () => {
    for (const [index, { value }] of (await decoded(SERIAL)).entries()) {
      const [objectId, sourceId] = [objectIdOf(SERIAL + index), sourceIdOf(SERIAL + index)];
      assert.equal(readEnvelope(value).diaObjectId, objectId);
      const { alert, ...columns } = exact(value) as Message;
      const sources = alert.diaSourcesList;
      assert.equal(columns.diaObjectId, `${objectId}`);
      assert.equal(alert.diaObject.diaObjectId, `${objectId}`);
      assert.deepEqual(new Set(sources.map((source) => source.diaObjectId)), new Set([`${objectId}`]));
      assert.equal(
        sources.toSorted((a, b) => Number(b.midpointMjdTai) - Number(a.midpointMjdTai))[0]?.diaSourceId,
        `${sourceId}`,
      );
      assert.equal(new Set(sources.map((source) => source.diaSourceId)).size, sources.length);
    }
  });

  test('is otherwise as it was, to the byte', async () => {
    for (const [index, { value }] of (await decoded(SERIAL)).entries()) {
      const { text, diaObjectId, diaSourceId } = alerts[index] as SimulatedAlert;
      const undone = value
        .toString('latin1')
        .replaceAll(`${objectIdOf(SERIAL + index)}`, `${diaObjectId}`)
        .replaceAll(`${sourceIdOf(SERIAL + index)}`, `${diaSourceId}`);
      assert.equal(undone, text);
    }
  });

  test('comes with the time of sending, in its order, under a checksum that Kafka accepts', async () => {
    const records = await decoded(SERIAL);
    assert.deepEqual(
      records.map(({ timestamp, offset }) => [timestamp, offset]),
      alerts.map((_, offset) => [`${NOW}`, `${offset}`]),
    );
    const bytes = batch.renew(SERIAL, NOW);
    assert.equal(bytes.readUInt32BE(17), crc32cOfKafkajs(bytes.subarray(21)));
  });

  test('shares no id with any other', () => {
    const ids = [0, 1, 2, SERIAL].flatMap((serial) => [objectIdOf(serial), sourceIdOf(serial)]);
    assert.equal(new Set(ids).size, 8);
    assert.equal(serialOf(objectIdOf(SERIAL)), SERIAL);
    assert.equal(serialOf(sourceIdOf(SERIAL)), undefined);
    assert.equal(serialOf(alerts[0]?.diaObjectId as bigint), undefined);
  });
});

interface Message {
  readonly diaObjectId: string;
  readonly alert: {
    readonly diaObject: { readonly diaObjectId: string };
    readonly diaSourcesList: readonly Record<'diaObjectId' | 'diaSourceId' | 'midpointMjdTai', string>[];
  };
}

async function decoded(serial: number) {
  return (await decodeBatch(new Decoder(batch.renew(serial, NOW)))).records;
}

/** The message with its numbers as the digits that stand there. */
function exact(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString().replace(/: (-?[0-9][^,}\]]*|NaN)(?=[,}\]])/g, ': "$1"'));
}

function take(count: number): SimulatedAlert[] {
  const simulated = simulateAlerts({ seed: 7, forms: 'full' });
  return Array.from({ length: count }, () => simulated.next().value);
}
