import type { Stack } from '../stack.js';

/** The state of the ledger and Kafka, read without code of the project. */
export interface Truth {
  readonly at: number;
  /** Stems that are due, by stage. */
  readonly pending: Readonly<Record<string, number>>;
  readonly alertsTonight: number;
  readonly annotatedTonight: number;
  readonly sinceLastAlert: number | null;
  /** Seconds; 0 if all is annotated. */
  readonly oldestUnannotated: number;
  /** Messages that are not registered; null if Kafka does not answer. */
  readonly lag: number | null;
}

/** For Node 24 in the image of the command line, with its own SQLite: SQL of its own, independent of the queries of the services. */
const PROGRAM = `
import { DatabaseSync } from 'node:sqlite';
import kafkajs from 'kafkajs';
const db = new DatabaseSync('/data/db/log.db', { readOnly: true });
const one = (sql, ...values) => Object.values(db.prepare(sql).get(...values))[0];
const now = Date.now();
const noon = Math.floor((now - 43200000) / 86400000) * 86400000 + 43200000;
const done = (table) => 'SELECT stem FROM ' + table + ' WHERE r0b IN (1, -1)';
const last = one('SELECT max(registered_at) FROM batch');
const registered = 'stem IN (SELECT stem FROM batch WHERE registered_at IS NOT NULL)';
const waiting = one('SELECT min(registered_at) FROM batch WHERE registered_at IS NOT NULL AND stem NOT IN (' + done('annotating') + ')');
let lag = null;
try {
  const kafka = new kafkajs.Kafka({ brokers: ['kafka:9092'], logLevel: 0, connectionTimeout: 3000, requestTimeout: 3000, retry: { retries: 0 } });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets('lasair_laptop');
  await admin.disconnect();
  const read = new Map(db.prepare('SELECT partition, max(next_offset) AS next FROM batch_offsets GROUP BY partition').all().map((row) => [row.partition, row.next]));
  lag = ends.reduce((sum, { partition, high }) => sum + Number(high) - (read.get(partition) ?? 0), 0);
} catch (error) {
  // Kafka is down. Any other error would leave the lag unchecked.
  if (!/^KafkaJS/.test(error.name)) throw error;
}
console.log(JSON.stringify({
  at: now,
  pending: {
    feature: one('SELECT count(*) FROM feature_making WHERE r0b NOT IN (1, -1) AND ' + registered),
    predict: one('SELECT count(*) FROM predict WHERE r0b NOT IN (1, -1) AND stem IN (' + done('feature_making') + ')'),
    annotate: one('SELECT count(*) FROM annotating WHERE r0b NOT IN (1, -1) AND stem IN (' + done('predict') + ')'),
  },
  alertsTonight: one('SELECT coalesce(sum(alerts), 0) FROM batch WHERE registered_at >= ?', noon),
  annotatedTonight: one("SELECT count(*) FROM annotation_outcome WHERE outcome = 'accepted' AND at >= ?", noon),
  sinceLastAlert: last === null ? null : (now - last) / 1000,
  oldestUnannotated: waiting === null ? 0 : (now - waiting) / 1000,
  lag,
}));
process.exit();`;

export async function askTruth(stack: Stack): Promise<Truth> {
  // A few seconds, most of them for the container.
  const places = ['--network', `${stack.project}_inside`, '-v', `${stack.project}_data:/data`, '-w', '/app'];
  const text = await stack.docker(
    ...['run', '--rm', ...places, '--user', '1000:1000', '--entrypoint', 'node'],
    ...['lvra-stream/cli', '--input-type=module', '-e', PROGRAM],
  );
  return JSON.parse(text) as Truth;
}
