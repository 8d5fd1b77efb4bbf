import type { Migration } from '../../migration.js';

export const MIGRATIONS_16_TO_22: readonly Migration[] = [
  {
    name: 'fingerprints of batches before',
    sql: `
      -- What a partition held at the ends of batches: batch counts them, and the older they are the fewer are kept. A log
      -- of Kafka that has lost its tail is still the same up to one of them.
      CREATE TABLE kafka_trail (
        group_id TEXT NOT NULL,
        topic TEXT NOT NULL,
        partition INTEGER NOT NULL,
        batch INTEGER NOT NULL,
        offset INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        PRIMARY KEY (group_id, topic, partition, batch)
      ) WITHOUT ROWID;
    `,
  },
  {
    name: 'batches of Kafka in quarantine',
    sql: `
      -- How many offsets it stands for, from kafka_offset on: more than one where a batch of Kafka could not be unpacked.
      -- That one has no bytes.
      ALTER TABLE quarantine ADD COLUMN offsets INTEGER NOT NULL DEFAULT 1;
    `,
  },
  {
    name: 'what a scrape asks',
    sql: `
      -- When Kafka had the oldest alert of the batch, ms since 1970; null where unknown.
      ALTER TABLE batch ADD COLUMN oldest_ms INTEGER;
      CREATE INDEX batch_registered ON batch (registered_at, alerts);
      -- Without the times of all alerts, which lie in the row: 10,000 stems that wait are looked at in milliseconds.
      CREATE INDEX batch_times ON batch (stem, registered_at, oldest_ms, alerts);

      -- How many alerts Lasair took in a minute since 1970, and how many of them later than a minute after Kafka had them.
      CREATE TABLE annotated_minute (
        vra TEXT NOT NULL,
        minute INTEGER NOT NULL,
        alerts INTEGER NOT NULL,
        late INTEGER NOT NULL,
        PRIMARY KEY (vra, minute)
      ) WITHOUT ROWID;
      INSERT INTO annotated_minute (vra, minute, alerts, late)
      SELECT model_name, outcome.at / 60000, count(*), count(*) FILTER (WHERE outcome.at - source.received_ms > 60000)
      FROM annotation_outcome outcome JOIN provenance ON provenance.ID = outcome.provenance_ID
      LEFT JOIN source ON source.diaSourceId = provenance.diaSourceId
      WHERE outcome.outcome = 'accepted' AND model_name IS NOT NULL
        AND outcome.at > (CAST(strftime('%s', 'now') AS INTEGER) - 86400) * 1000
      GROUP BY 1, 2;

      -- How far each partition reached, and up to where it had been read, when a consumer last asked Kafka.
      CREATE TABLE kafka_seen (
        group_id TEXT NOT NULL,
        topic TEXT NOT NULL,
        partition INTEGER NOT NULL,
        high_offset INTEGER NOT NULL,
        next_offset INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (group_id, topic, partition)
      ) WITHOUT ROWID;
    `,
  },
  {
    name: 'quarantine without its files',
    sql: `
      -- When \`lvra prune\` removed the bytes of an alert; null while they are there.
      ALTER TABLE quarantine ADD COLUMN pruned_at INTEGER;
      DROP INDEX quarantine_open;
      CREATE INDEX quarantine_open ON quarantine (ID) WHERE replayed_as IS NULL AND pruned_at IS NULL;
      CREATE INDEX quarantine_pruned ON quarantine (ID) WHERE replayed_as IS NULL AND pruned_at IS NOT NULL;
    `,
  },
  {
    name: 'no order of versions',
    sql: `
      -- Not DROP COLUMN: SQLite drops none while a view, as an operator may have made one, names a table that is not there.
      CREATE TABLE annotation_without_order (
        vra TEXT NOT NULL,
        diaObjectId INTEGER NOT NULL,
        accepted_ID INTEGER,
        sending_ID INTEGER,
        sender TEXT,
        sending_until INTEGER NOT NULL DEFAULT 0,
        doubt_until INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (vra, diaObjectId)
      ) WITHOUT ROWID;
      INSERT INTO annotation_without_order
      SELECT vra, diaObjectId, accepted_ID, sending_ID, sender, sending_until, doubt_until FROM annotation;
      PRAGMA legacy_alter_table = ON;
      DROP TABLE annotation;
      ALTER TABLE annotation_without_order RENAME TO annotation;
      PRAGMA legacy_alter_table = OFF;
    `,
  },
  {
    name: 'backfill in place of replays',
    sql: `
      -- Past stems that a VRA is to do. stage: the next one, null once the last is through. From when that stage has begun
      -- the stem, status_before is the status that it had.
      CREATE TABLE backfill (
        vra TEXT NOT NULL,
        stem TEXT NOT NULL,
        stage TEXT,
        last_stage TEXT NOT NULL,
        begun INTEGER NOT NULL DEFAULT 0,
        status_before INTEGER,
        PRIMARY KEY (vra, stem)
      ) WITHOUT ROWID;
      CREATE INDEX backfill_open ON backfill (vra, stage, stem) WHERE stage IS NOT NULL;

      -- What replays scored is not kept: it stood apart from all else, and a backfill of a VRA with that model scores it again.
      DROP TABLE replayed_score;
      DROP TABLE replayed_stem;
      DROP TABLE replay_stem;
      DROP TABLE replay;
    `,
  },
  {
    name: 'names are never used again',
    sql: `
      -- When the name was given up for good, and when what was written under it was removed; ms since 1970, null before.
      ALTER TABLE batch ADD COLUMN abandoned_at INTEGER;
      ALTER TABLE batch ADD COLUMN cleared_at INTEGER;
      DROP INDEX batch_unregistered;
      CREATE INDEX batch_unregistered ON batch (reserved_at) WHERE registered_at IS NULL AND cleared_at IS NULL;
    `,
  },
];
