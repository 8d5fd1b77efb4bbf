import { setTimeout as sleep } from 'node:timers/promises';
import { quantile, stemOf } from '@lvra/core';
import type { Ledger, StemEvent } from '@lvra/ledger';
import { startKafka } from '@lvra/test-servers/kafka/brokers';
import { about, table } from '../pipeline/about.js';
import { inRequests, nextAlerts, simulatedStream } from '../pipeline/alerts.js';
import { Pipeline } from '../pipeline/pipeline.js';
import { produce } from '../pipeline/produce.js';

// make bench OF=backfill: how long a new stem waits for feature and predict, without a backfill and with one that never ends.
const VRA = 'r0b';
const TOPIC = 'lasair_18lvra-fodder';
const PAST_ALERTS = 5_000;
/** New alerts, 50 a second. */
const SECONDS = 60;
const SENDS_A_SECOND = 5;
const ALERTS_A_SEND = 10;
const STAGES = ['feature', 'predict'] as const;

const kafka = await startKafka({ version: '3.9' });
try {
  const pipeline = await Pipeline.start({
    ...{ kafka, topic: TOPIC },
    // Nothing is annotated, so that a backfill of the VRA's own scores sends nothing either.
    settings: { LVRA_BATCH_ALERTS: '250', LVRA_BATCH_SECONDS: '1', LVRA_R0B_ANNOTATE: 'no' },
  });
  const ledger = await pipeline.openLedger();
  try {
    await measure(ledger);
  } finally {
    await ledger.close();
    await pipeline.end();
  }
} finally {
  await kafka.stop();
}

async function measure(ledger: Ledger): Promise<void> {
  const stream = simulatedStream();
  await produce(kafka.brokers, TOPIC, inRequests(nextAlerts(stream, PAST_ALERTS)));
  await untilScored(ledger, PAST_ALERTS);
  const past = await stemsBetween(ledger, new Date(0), new Date());
  const asked = past.map((stem) => ({ stem, first: 'feature', last: 'predict' }) as const);
  const rows: string[][] = [];
  let sent = PAST_ALERTS;
  for (const isBackfilled of [false, true]) {
    const begun = new Date();
    const steadily = async function* () {
      for (let sends = 0; sends < SECONDS * SENDS_A_SECOND; sends++) {
        // What is done already is asked for again.
        if (isBackfilled) await ledger.backfill.ask(VRA, asked);
        yield nextAlerts(stream, ALERTS_A_SEND);
        await sleep(Math.max(begun.getTime() + ((sends + 1) * 1_000) / SENDS_A_SECOND - Date.now(), 0));
      }
    };
    sent += await produce(kafka.brokers, TOPIC, steadily());
    await untilScored(ledger, sent);
    const events = await Promise.all(
      (await stemsBetween(ledger, begun, new Date())).map((stem) => ledger.events.ofStem(stem)),
    );
    rows.push(...STAGES.map((stage) => [stage, isBackfilled ? 'with a backfill' : 'without', ...waits(events, stage)]));
  }
  const head = ['stage', 'a new stem', 'stems', 'waits ms, median', '90 in 100', '99 in 100', 'longest'];
  process.stdout.write(`${table(head, rows)}\n${about()}; Kafka, NATS and sandbox on the same machine\n`);
}

async function untilScored({ flow }: Ledger, alerts: number): Promise<void> {
  for (;;) {
    const waiting = await Promise.all(STAGES.map((stage) => flow.waiting(stage, VRA)));
    if ((await flow.alertsSince(0)) >= alerts && waiting.every(({ stems }) => stems === 0)) return;
    await sleep(100);
  }
}

async function stemsBetween({ backfill }: Ledger, from: Date, to: Date): Promise<string[]> {
  return (await backfill.stemsFrom(VRA, '', [stemOf(from), stemOf(to)])).map(({ stem }) => stem);
}

/** From when the stage before recorded a stem until this one began it. */
function waits(stems: readonly (readonly StemEvent[])[], stage: (typeof STAGES)[number]): string[] {
  const before = stage === 'feature' ? 'consumer' : 'feature';
  const waited = stems.flatMap((events) => {
    const since = events.find((event) => event.stage === before);
    const own = events.find((event) => event.stage === stage);
    return since && own ? [Math.max(own.at - (own.durationMs ?? 0) - since.at, 0)] : [];
  });
  const sorted = waited.toSorted((a, b) => a - b);
  return [`${sorted.length}`, ...[0.5, 0.9, 0.99, 1].map((share) => quantile(sorted, share).toFixed(0))];
}
