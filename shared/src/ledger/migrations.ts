import { UsageError } from '../errors.js';
import { type Database, writing } from './connection.js';
import { REFERENCE_SCHEMA } from './reference-schema.js';

/**
 * The ledger's history, forward only. A migration that has been released is never edited; a change is
 * a new one at the end. They add tables and indexes beside the team's six tables and change none of them,
 * so that the Python pipeline can go back to work on the same file.
 */
const MIGRATIONS: readonly { name: string; sql: string }[] = [
  { name: "the spec's tables", sql: REFERENCE_SCHEMA },
  {
    name: 'batches, work, quarantine and annotations',
    sql: `
      -- One row a batch file that a consumer of ours reserved; registered_at is null until it is complete.
      CREATE TABLE batch (
        stem TEXT PRIMARY KEY,
        consumer TEXT NOT NULL,
        reserved_at INTEGER NOT NULL,
        registered_at INTEGER,
        source TEXT,
        alerts INTEGER,
        bytes INTEGER,
        -- When Kafka received each alert, in ms: little-endian float64, one an alert in file order; NaN where unknown.
        received_ms BLOB
      ) WITHOUT ROWID;

      -- Which offsets of which partition are in a stem: [first_offset, next_offset).
      CREATE TABLE batch_offsets (
        stem TEXT NOT NULL,
        group_id TEXT NOT NULL,
        topic TEXT NOT NULL,
        partition INTEGER NOT NULL,
        first_offset INTEGER NOT NULL,
        next_offset INTEGER NOT NULL,
        PRIMARY KEY (stem, group_id, topic, partition)
      ) WITHOUT ROWID;

      -- Where a group goes on reading. The fingerprint is that of the message before next_offset:
      -- a topic that was deleted and created again holds another one there, or none.
      CREATE TABLE kafka_position (
        group_id TEXT NOT NULL,
        topic TEXT NOT NULL,
        partition INTEGER NOT NULL,
        next_offset INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        PRIMARY KEY (group_id, topic, partition)
      ) WITHOUT ROWID;

      -- Who works on a stem, how often it was tried, and when it may be tried again. Gone when it is done.
      CREATE TABLE work (
        stage TEXT NOT NULL,
        vra TEXT NOT NULL,
        stem TEXT NOT NULL,
        owner TEXT,
        lease_until INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_attempt INTEGER NOT NULL DEFAULT 0,
        error TEXT,
        dead_at INTEGER,
        PRIMARY KEY (stage, vra, stem)
      ) WITHOUT ROWID;

      -- A stage that waits, in every replica, because the far side asked for it.
      CREATE TABLE stage_pause (
        stage TEXT NOT NULL,
        vra TEXT NOT NULL,
        until INTEGER NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (stage, vra)
      ) WITHOUT ROWID;

      -- What happened to a stem, in order: its whole history for a person.
      CREATE TABLE stem_event (
        ID INTEGER PRIMARY KEY,
        stem TEXT NOT NULL,
        stage TEXT NOT NULL,
        vra TEXT NOT NULL,
        at INTEGER NOT NULL,
        status INTEGER NOT NULL,
        rows INTEGER NOT NULL,
        duration_ms REAL,
        detail TEXT
      );
      CREATE INDEX stem_event_by_stem ON stem_event (stem);

      CREATE TABLE quarantine (
        ID INTEGER PRIMARY KEY,
        stem TEXT NOT NULL,
        stage TEXT NOT NULL,
        position INTEGER NOT NULL,
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        path TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        topic TEXT,
        partition INTEGER,
        kafka_offset INTEGER,
        received_ms REAL,
        at INTEGER NOT NULL,
        replayed_as TEXT,
        UNIQUE (stem, stage, position)
      );

      -- The time of each source, which decides whose score is the newest of an object, and when Kafka had it.
      CREATE TABLE source (
        diaSourceId INTEGER PRIMARY KEY,
        midpointMjdTai REAL NOT NULL,
        received_ms REAL
      );

      -- What became of a score at Lasair; a score without a row is still to be sent.
      CREATE TABLE annotation_outcome (
        provenance_ID INTEGER PRIMARY KEY,
        outcome TEXT NOT NULL,
        at INTEGER NOT NULL,
        detail TEXT
      );

      -- What Lasair may hold of an object from us: the score it accepted (accepted_ID), the score last sent
      -- (sending_ID), until when that call is under way, and until when a call without an answer may be.
      CREATE TABLE annotation (
        vra TEXT NOT NULL,
        diaObjectId INTEGER NOT NULL,
        accepted_ID INTEGER,
        sending_ID INTEGER,
        sender TEXT,
        sending_until INTEGER NOT NULL DEFAULT 0,
        doubt_until INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (vra, diaObjectId)
      ) WITHOUT ROWID;

      -- Calls made to Lasair, by minute since 1970, for the hourly budget that all replicas share.
      CREATE TABLE lasair_call (
        minute INTEGER PRIMARY KEY,
        calls INTEGER NOT NULL,
        annotations INTEGER NOT NULL
      );

      CREATE INDEX provenance_by_stem ON provenance (stem);
      CREATE INDEX provenance_by_object ON provenance (diaObjectId);
      CREATE INDEX threshold_flags_by_stem ON threshold_flags_provenance (stem);
    `,
  },
  {
    name: 'replays and their scores',
    sql: `
      -- A run of \`lvra replay\`: job says what of, as JSON; ended_at is null while something of it is left.
      CREATE TABLE replay (
        ID INTEGER PRIMARY KEY,
        job TEXT NOT NULL,
        begun_at INTEGER NOT NULL,
        ended_at INTEGER
      );
      CREATE INDEX replay_open ON replay (job) WHERE ended_at IS NULL;

      -- The stems that a replay is through with. compared: scores that provenance has of the same version, and
      -- difference: the greatest between the two.
      CREATE TABLE replay_stem (
        replay_ID INTEGER NOT NULL,
        stem TEXT NOT NULL,
        outcome TEXT NOT NULL,
        rows INTEGER NOT NULL,
        compared INTEGER NOT NULL,
        difference REAL NOT NULL,
        PRIMARY KEY (replay_ID, stem)
      ) WITHOUT ROWID;

      -- Scores that were never the VRA's: a replay with another version of its model. Kept out of provenance, whose
      -- rows are taken for what was scored at night and annotated.
      CREATE TABLE replayed_stem (
        ID INTEGER PRIMARY KEY,
        vra TEXT NOT NULL,
        model_version TEXT NOT NULL,
        stem TEXT NOT NULL,
        at INTEGER NOT NULL,
        UNIQUE (vra, model_version, stem)
      );
      CREATE TABLE replayed_score (
        stem_ID INTEGER NOT NULL,
        row INTEGER NOT NULL,
        diaObjectId INTEGER NOT NULL,
        diaSourceId INTEGER NOT NULL,
        score REAL NOT NULL,
        PRIMARY KEY (stem_ID, row)
      ) WITHOUT ROWID;
      CREATE INDEX replayed_score_by_object ON replayed_score (diaObjectId);
    `,
  },
  {
    name: 'reports to TNS',
    sql: `
      -- One row a call to TNS that submits reports, recorded before it is made; report_id is TNS's receipt.
      CREATE TABLE tns_submission (
        ID INTEGER PRIMARY KEY,
        site TEXT NOT NULL,
        sender TEXT NOT NULL,
        sent_at INTEGER NOT NULL,
        report_id TEXT
      );

      -- Its reports. Without an outcome a report is awaited (there is a receipt) or in doubt (there is none), and its
      -- object cannot be reported again.
      CREATE TABLE tns_report (
        submission_ID INTEGER NOT NULL,
        place INTEGER NOT NULL,
        site TEXT NOT NULL,
        diaObjectId INTEGER NOT NULL,
        internal_name TEXT NOT NULL,
        report TEXT NOT NULL,
        outcome TEXT,
        objname TEXT,
        detail TEXT,
        settled_at INTEGER,
        PRIMARY KEY (submission_ID, diaObjectId)
      ) WITHOUT ROWID;
      CREATE INDEX tns_report_by_object ON tns_report (diaObjectId);
      CREATE UNIQUE INDEX tns_report_open ON tns_report (site, diaObjectId) WHERE outcome IS NULL;
    `,
  },
  {
    name: 'messages that were left out',
    sql: `
      -- How many messages of the range are in no batch file and not in quarantine, because they are none for this
      -- pipeline: Rubin's alerts of the solar system.
      ALTER TABLE batch_offsets ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;
    `,
  },
  {
    name: 'the spread of scores',
    sql: `
      -- How many scores of a night lie in each bin; bin is its lower edge. The edges are those of the model's manifest.
      CREATE TABLE score_count (
        model_name TEXT NOT NULL,
        model_version TEXT NOT NULL,
        night TEXT NOT NULL,
        bin REAL NOT NULL,
        scores INTEGER NOT NULL,
        PRIMARY KEY (model_name, model_version, night, bin)
      ) WITHOUT ROWID;
    `,
  },
  {
    name: 'messages that retention removed',
    sql: `
      -- How many messages of the range Kafka's retention had removed before they were read.
      ALTER TABLE batch_offsets ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
    `,
  },
  {
    name: 'when waiting began',
    sql: `
      -- In ms since 1970; a wait that began in the future is of before the clock was put back, and binds nobody.
      ALTER TABLE work ADD COLUMN waits_since INTEGER;
      ALTER TABLE stage_pause ADD COLUMN since INTEGER;
    `,
  },
  {
    name: 'few among many',
    sql: `
      -- Each finds the few rows that somebody asks for again and again; to rows that are none of them it costs nothing.
      CREATE INDEX batch_unregistered ON batch (reserved_at) WHERE registered_at IS NULL;
      CREATE INDEX quarantine_open ON quarantine (ID) WHERE replayed_as IS NULL;
    `,
  },
  {
    name: 'which score was the newest',
    sql: `
      -- Under which versions of the model sending_ID was found to be the newest score of its object, as \`judgementOf\`
      -- writes them: under the same ones no score with a smaller ID has to be looked at again. Null where unknown.
      ALTER TABLE annotation ADD COLUMN newest_under TEXT;
    `,
  },
  {
    name: 'offsets without a message',
    sql: `
      -- How many offsets of the range hold no message for a reader: markers of transactions, aborted messages, and what
      -- compaction removed.
      ALTER TABLE batch_offsets ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;
      -- Behind next_offset there is nothing for a reader up to here; it counts where it is greater.
      ALTER TABLE kafka_position ADD COLUMN empty_to INTEGER NOT NULL DEFAULT 0;
    `,
  },
  {
    name: 'a name for the data folder',
    sql: `
      -- One row. Tells this data folder from others at what they share, as a NATS server; a copy of the folder has it too.
      CREATE TABLE data_folder (id TEXT NOT NULL);
      INSERT INTO data_folder (id) VALUES (lower(hex(randomblob(8))));
    `,
  },
  {
    name: 'other consumers of a group',
    sql: `
      -- Whether the group's offset in Kafka has carried the data folder's name since; releases before this one left none.
      ALTER TABLE kafka_position ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;

      -- Where a partition was read on elsewhere (after_offset) than where it was left (before_offset), and why. It came
      -- after the stem_event of that ID and before the next one.
      CREATE TABLE kafka_turn (
        ID INTEGER PRIMARY KEY,
        group_id TEXT NOT NULL,
        topic TEXT NOT NULL,
        partition INTEGER NOT NULL,
        before_offset INTEGER NOT NULL,
        after_offset INTEGER NOT NULL,
        reason TEXT NOT NULL,
        at INTEGER NOT NULL,
        event_ID INTEGER NOT NULL
      );
    `,
  },
  {
    name: 'alerts that a model could not score',
    sql: `
      -- vra, diaObjectId and diaSourceId: of alerts of the stage predict; vra is empty for the others.
      CREATE TABLE quarantine_by_vra (
        ID INTEGER PRIMARY KEY,
        stem TEXT NOT NULL,
        stage TEXT NOT NULL,
        vra TEXT NOT NULL DEFAULT '',
        position INTEGER NOT NULL,
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        path TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        topic TEXT,
        partition INTEGER,
        kafka_offset INTEGER,
        received_ms REAL,
        at INTEGER NOT NULL,
        replayed_as TEXT,
        diaObjectId INTEGER,
        diaSourceId INTEGER,
        UNIQUE (stem, stage, vra, position)
      );
      INSERT INTO quarantine_by_vra (ID, stem, stage, position, reason, detail, path, bytes, topic, partition, kafka_offset,
        received_ms, at, replayed_as)
      SELECT ID, stem, stage, position, reason, detail, path, bytes, topic, partition, kafka_offset, received_ms, at, replayed_as
      FROM quarantine;
      -- Without this SQLite renames nothing while a view, as an operator may have made one, names a table that is not there.
      PRAGMA legacy_alter_table = ON;
      DROP TABLE quarantine;
      ALTER TABLE quarantine_by_vra RENAME TO quarantine;
      PRAGMA legacy_alter_table = OFF;
      CREATE INDEX quarantine_open ON quarantine (ID) WHERE replayed_as IS NULL;
    `,
  },
  {
    name: 'checksums of what was made',
    sql: `
      -- By which files and scores are known to be still what was made. what: 'batch', 'features <set>' or
      -- 'scores <vra> <version>'.
      CREATE TABLE checksum (
        stem TEXT NOT NULL,
        what TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        crc32 INTEGER NOT NULL,
        PRIMARY KEY (stem, what)
      ) WITHOUT ROWID;
    `,
  },
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
];

/**
 * Brings a database of any age to the newest schema. Safe when several processes start at once:
 * the first one holds the write lock, the others find the work done.
 *
 * @throws where the file comes from a newer release than this one
 */
export function migrate(database: Database): void {
  // Whoever only reads, as `lvra status` does, need not wait for those who write.
  if (isNewest(database)) return;
  writing(database, () => {
    database.exec(
      'CREATE TABLE IF NOT EXISTS lvra_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT current_timestamp)',
    );
    const applied = assertKnownRelease(database);
    const record = database.prepare('INSERT INTO lvra_migration (number, name) VALUES (?, ?)');
    MIGRATIONS.slice(applied).forEach((migration, index) => {
      database.exec(migration.sql);
      record.run(applied + index + 1, migration.name);
    });
  });
}

/** @returns how many migrations it has had @throws UsageError where it comes from a newer release than this one */
export function assertKnownRelease(database: Database): number {
  if (!hasMigrations(database)) return 0;
  const applied = Number(database.prepare('SELECT coalesce(max(number), 0) FROM lvra_migration').pluck().get());
  if (applied <= MIGRATIONS.length) return applied;
  throw new UsageError(
    `${database.name} was written by a newer release (migration ${applied}, this one knows ${MIGRATIONS.length}): ` +
      'upgrade this installation, or restore the copy of log.db made before the upgrade',
  );
}

/** Makes the first migrations in an empty database: what a ledger of that age must have. */
export function migrateTo(database: Database, number: number): void {
  for (const { sql } of MIGRATIONS.slice(0, number)) database.exec(sql);
}

function hasMigrations(database: Database): boolean {
  return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'lvra_migration'").get() !== undefined;
}

function isNewest(database: Database): boolean {
  return (
    hasMigrations(database) &&
    database.prepare('SELECT max(number) FROM lvra_migration').pluck().get() === BigInt(MIGRATIONS.length)
  );
}
