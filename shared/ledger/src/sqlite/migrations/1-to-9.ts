import type { Migration } from '../../migration.js';
import { REFERENCE_SCHEMA } from './python-schema.js';

export const MIGRATIONS_1_TO_9: readonly Migration[] = [
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
];
