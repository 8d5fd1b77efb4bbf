import type { Migration } from '../../migration.js';

export const MIGRATIONS_10_TO_15: readonly Migration[] = [
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
];
