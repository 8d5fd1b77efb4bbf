import { STAGES } from '@lvra/core';
import type { Ledger } from '../ledger.js';
import { STATUS_TABLE } from '../status-tables.js';
import { connectionOf, type Database } from './sqlite.js';

/** The size of a ledger, and the distribution of its rows. */
export interface LedgerSize {
  readonly stems: number;
  readonly alertsAStem: number;
  /** How often an object comes again, in the mean: its sources are spread over all stems. */
  readonly sourcesAnObject: number;
  /** From one stem to the next; by default ten seconds. */
  readonly stemEveryS?: number;
}

/** The instant of the first stem. */
const FIRST_STEM_S = Date.UTC(2024, 0, 1) / 1000;
const STEM_EVERY_S = 10;

/** How many stems are put in by one transaction. */
const STEMS_AT_ONCE = 2_000;

/** One stem in as many has quarantined alerts and ends with -1; those of the last as many are replayed. */
const PARTIAL_EVERY = 50;

/** The name of the stem with a number, in SQL. */
const STEM_NAME = (number: string) => `strftime('%Y%m%d_%H%M%S', ${FIRST_STEM_S} + ${number} * @every, 'unixepoch')`;

/**
 * 18 digits, in the order of observation, as those of sources are; not one after the other.
 * Multiplying by an odd number is one to one below a power of two.
 */
const SOURCE_ID = '170000000000000000 + stem * 1048576 + (place * 669077) % 1048576';

/** The same range, in no order at all: an object that comes again may be as old as any. */
const OBJECT_ID = '169000000000000000 + ((object * 2654435761) % 4294967296) * 33554393';

const FILLINGS = [
  `INSERT INTO batch (stem, consumer, reserved_at, registered_at, source, alerts, bytes, received_ms)
   SELECT name, 'filled', @at, @at, 'kafka', @alerts, @alerts * 40000, zeroblob(@alerts * 8) FROM filled_stem`,
  `INSERT INTO alert_place (stem, diaObjectIds, lengths)
   SELECT name, zeroblob(@alerts * 8), zeroblob(@alerts * 4) FROM filled_stem`,
  `INSERT INTO batch_offsets (stem, group_id, topic, partition, first_offset, next_offset)
   SELECT name, 'lvra', 'filled', 0, number * @alerts, (number + 1) * @alerts FROM filled_stem`,
  ...STAGES.map(
    (stage) =>
      `INSERT INTO ${STATUS_TABLE[stage]} (stem, r0b) SELECT name, iif(number % ${PARTIAL_EVERY}, 1, -1) FROM filled_stem`,
  ),
  ...['consumer', ...STAGES].map(
    (stage) => `INSERT INTO stem_event (stem, stage, vra, at, status, rows, duration_ms)
      SELECT name, '${stage}', '${stage === 'consumer' ? '' : 'r0b'}', @at, iif(number % ${PARTIAL_EVERY}, 1, -1), @alerts, 12.5 FROM filled_stem`,
  ),
  `INSERT INTO quarantine (stem, stage, position, reason, detail, path, bytes, at, replayed_as)
   SELECT name, 'feature', 3, 'not-json', 'an unexpected end', 'quarantine/' || name || '.bin', 900, @at,
     iif(number % ${2 * PARTIAL_EVERY}, name, NULL)
   FROM filled_stem WHERE number % ${PARTIAL_EVERY} = 0`,
  `INSERT INTO source (diaSourceId, midpointMjdTai, received_ms, ra, decl, psfFlux, band)
   SELECT source, 60000.0 + stem * @every / 86400.0, @at, (object % 3600000) / 10000.0, (object % 900001) / 10000.0 - 60,
     100.0 + source % 20011, substr('ugrizy', 1 + source % 6, 1) FROM filled_alert`,
  `INSERT INTO threshold_flags_provenance (diaObjectId, diaSourceId, stem, n_gt22, n_gt21, n_gt20, n_gt19, n_gt18,
     brighter22, brighter21, brighter20, brighter19, brighter18, first22, first21, first20, first19, first18)
   SELECT object, source, name, 5, 3, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0 FROM filled_alert`,
  `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
   SELECT object, source, name, (source % 9973) / 9973.0, 'r0b', 'a1' FROM filled_alert`,
  `INSERT INTO annotation_outcome (provenance_ID, outcome, at)
   SELECT ID, iif(ID % 12, 'accepted', 'superseded'), @at FROM provenance WHERE ID > @before`,
  `INSERT INTO diaobjid_stems (diaObjectId, stem) SELECT object, max(name) FROM filled_alert GROUP BY object
   ON CONFLICT (diaObjectId) DO UPDATE SET stem = excluded.stem`,
  `INSERT INTO annotation (vra, diaObjectId, accepted_ID, sending_ID, sender)
   SELECT 'r0b', diaObjectId, max(ID), max(ID), 'filled/1' FROM provenance WHERE ID > @before GROUP BY diaObjectId
   ON CONFLICT (vra, diaObjectId) DO UPDATE SET accepted_ID = excluded.accepted_ID, sending_ID = excluded.sending_ID`,
];

/** The diaObjectId of the object with a number, as the filled ledger has it. */
export function filledObjectId(object: number): bigint {
  return 169000000000000000n + ((BigInt(object) * 2654435761n) % 4294967296n) * 33554393n;
}

/** A diaSourceId after all those of the filled stems. */
export function nextSourceId(stem: number, place: number): bigint {
  return 170000000000000000n + BigInt(stem) * 1048576n + ((BigInt(place) * 669077n) % 1048576n);
}

/** How many objects a ledger of that size has. */
export function filledObjects({ stems, alertsAStem, sourcesAnObject }: LedgerSize): number {
  return Math.max(Math.round((stems * alertsAStem) / sourcesAnObject), 1);
}

/**
 * Fills a ledger for the VRA r0b up to a size, as if as many stems had gone through all stages: a row an alert in each
 * table that grows with alerts. Ids have 18 digits. Rows that are there already count.
 *
 * The rows come in through the indexes, as they do at night, so that pages are as full as they would be.
 */
export function fillLedger(ledger: Ledger, size: LedgerSize): void {
  const { stems, alertsAStem } = size;
  const database = connectionOf(ledger);
  // No other process uses it, and an interrupted one is thrown away: no need to wait for the disk.
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000');
  database.exec(`
    CREATE TEMP TABLE IF NOT EXISTS filled_stem (number INTEGER PRIMARY KEY, name TEXT);
    CREATE TEMP TABLE IF NOT EXISTS filled_alert (stem INTEGER, name TEXT, source INTEGER, object INTEGER);`);
  const filled = Number(
    database.prepare("SELECT count(*) FROM batch WHERE consumer = 'filled'").pluck().get() as bigint,
  );
  const objects = filledObjects(size);
  for (let first = filled; first < stems; first += STEMS_AT_ONCE) {
    const end = Math.min(first + STEMS_AT_ONCE, stems);
    database
      .transaction(() =>
        fillStems(database, { first, end, alerts: alertsAStem, objects, every: size.stemEveryS ?? STEM_EVERY_S }),
      )
      .immediate();
  }
  database.exec('DROP TABLE filled_stem; DROP TABLE filled_alert');
  database.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -16384');
}

function fillStems(
  database: Database,
  {
    first,
    end,
    alerts,
    objects,
    every,
  }: { first: number; end: number; alerts: number; objects: number; every: number },
): void {
  // A number would be bound as a double, and SQLite would compute the ids in doubles and lose their last digits.
  const bound = { alerts: BigInt(alerts), objects: BigInt(objects) };
  const before = database.prepare('SELECT coalesce(max(ID), 0) FROM provenance').pluck().get() as bigint;
  database.exec('DELETE FROM filled_stem; DELETE FROM filled_alert');
  const numbers = (name: string, from: string, to: string) =>
    `${name} (${name}) AS (SELECT ${from} UNION ALL SELECT ${name} + 1 FROM ${name} WHERE ${name} + 1 < ${to})`;
  database
    .prepare(
      `WITH RECURSIVE ${numbers('stem', '@first', '@end')} INSERT INTO filled_stem SELECT stem, ${STEM_NAME('stem')} FROM stem`,
    )
    .run({ first: BigInt(first), end: BigInt(end), every: BigInt(every) });
  database
    .prepare(
      `WITH RECURSIVE ${numbers('place', '0', '@alerts')},
         alert AS (SELECT number AS stem, name, place,
           ((number * @alerts + place) * 7919 + abs(random() % 7919)) % @objects AS object FROM filled_stem, place)
       INSERT INTO filled_alert SELECT stem, name, ${SOURCE_ID}, ${OBJECT_ID} FROM alert`,
    )
    .run(bound);
  const values = { ...bound, every: BigInt(every), at: BigInt(FIRST_STEM_S * 1000), before };
  for (const sql of FILLINGS) database.prepare(sql).run(valuesIn(sql, values));
}

/** Those of the values that a statement names. */
function valuesIn(sql: string, values: Record<string, bigint>): Record<string, bigint> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => sql.includes(`@${name}`)));
}
