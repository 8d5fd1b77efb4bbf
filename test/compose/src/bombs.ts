import { setTimeout as sleep } from 'node:timers/promises';
import { type SimulatedAlert, simulateAlerts } from '@lvra/simulator';
import { BOMBS, type Bomb } from '@lvra/test-servers/kafka/bombs';
import { ProduceConnection } from '@lvra/test-servers/kafka/produce-connection';
import { CODEC_NUMBERS, record, recordBatch } from '@lvra/test-servers/kafka/record-batch';
import type { Stack } from './stack.js';

const TOPIC = 'lasair_laptop';
const GOOD_BETWEEN = 20;
/** The objects of these alerts only. */
const SEED = 512;

/** For `node -e` in a container with the ledger: how many of these objects it has, and the batches that were skipped. */
const LOOK = `
const ledger = new (require('/app/node_modules/better-sqlite3-node-api'))('/data/db/log.db', { readonly: true });
const known = ledger.prepare('SELECT count(*) FROM diaobjid_stems WHERE diaObjectId = CAST(? AS INTEGER)').pluck();
const good = process.argv.slice(1).reduce((sum, object) => sum + known.get(object), 0);
const refused = ledger.prepare("SELECT sum(offsets) FROM quarantine WHERE reason = 'batch_too_large'").pluck().get();
console.log(JSON.stringify({ good, refused }));`;

/** Sends batches that grow, in all codecs and one of three million records, with good alerts before, between and behind. */
export async function sendBombs(
  stack: Stack,
): Promise<{ readonly good: readonly SimulatedAlert[]; readonly offsets: number }> {
  const connection = await ProduceConnection.open(9092, await stack.address('kafka'));
  const alerts = simulateAlerts({ seed: SEED, forms: 'full', meanSources: 4 });
  const good: SimulatedAlert[] = [];
  const sendGood = () => {
    const some = Array.from({ length: GOOD_BETWEEN }, () => alerts.next().value);
    good.push(...some);
    const records = some.map(({ text }, at) => record(at, Buffer.from(text)));
    const batch = { codec: CODEC_NUMBERS.none, count: records.length, packed: Buffer.concat(records) };
    return connection.send(TOPIC, 0, recordBatch(batch));
  };
  const bombs = Object.keys(BOMBS) as Bomb[];
  for (const bomb of bombs) {
    await sendGood();
    await connection.send(TOPIC, 0, BOMBS[bomb]());
  }
  await sendGood();
  await connection.close();
  return { good, offsets: bombs.length - 1 + 3_000_000 };
}

/** Waits until all good alerts are in the ledger and all bombs skipped. @returns how long it took, ms */
export async function untilPassedOver(
  stack: Stack,
  { good, offsets }: Awaited<ReturnType<typeof sendBombs>>,
  withinMs: number,
): Promise<number> {
  const objects = [...new Set(good.map(({ diaObjectId }) => String(diaObjectId)))];
  const begun = performance.now();
  for (;;) {
    const seen = JSON.parse(await stack.compose('exec', '-T', 'feature', 'node', '-e', LOOK, ...objects));
    if (seen.good === objects.length && seen.refused === offsets) return performance.now() - begun;
    if (performance.now() - begun > withinMs) {
      throw new Error(
        `${JSON.stringify(seen)} of ${objects.length} objects and ${offsets} offsets after ${withinMs} ms`,
      );
    }
    await sleep(500);
  }
}
