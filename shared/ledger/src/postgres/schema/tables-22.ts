/**
 * The tables and indexes of a ledger after the first 22 migrations: a ledger on a server begins here, as none is older. What each
 * is for stands in the migrations of SQLite; a test compares the two. In the words of migrations: see ddl.ts.
 *
 * Each index of SQLite ends with the row's ID. Here provenance_by_object says so: without it, and before the server had counted the
 * rows of a new ledger, an object's scores from an ID on were looked for among all scores from that ID on.
 */
export const SCHEMA = `
CREATE TABLE feature_making (
  stem TEXT PRIMARY KEY, timestamp TEXT NOT NULL DEFAULT current_timestamp
);
CREATE TABLE predict (
  stem TEXT PRIMARY KEY, timestamp TEXT NOT NULL DEFAULT current_timestamp
);
CREATE TABLE annotating (
  stem TEXT PRIMARY KEY, timestamp TEXT NOT NULL DEFAULT current_timestamp
);
CREATE TABLE diaobjid_stems (
  diaObjectId INTEGER PRIMARY KEY, stem TEXT NOT NULL, timestamp TEXT NOT NULL DEFAULT current_timestamp
);
CREATE TABLE provenance (
  ID INTEGER PRIMARY KEY, diaObjectId INTEGER, diaSourceId INTEGER, stem TEXT, score REAL, model_name TEXT,
  model_version TEXT, timestamp TEXT NOT NULL DEFAULT current_timestamp
);
CREATE TABLE threshold_flags_provenance (
  ID INTEGER PRIMARY KEY, diaObjectId INTEGER, diaSourceId INTEGER, stem TEXT, n_gt22 INTEGER, n_gt21 INTEGER,
  n_gt20 INTEGER, n_gt19 INTEGER, n_gt18 INTEGER, brighter22 INTEGER, brighter21 INTEGER, brighter20 INTEGER,
  brighter19 INTEGER, brighter18 INTEGER, first22 INTEGER, first21 INTEGER, first20 INTEGER, first19 INTEGER,
  first18 INTEGER, timestamp TEXT NOT NULL DEFAULT current_timestamp
);
CREATE TABLE batch (
  stem TEXT PRIMARY KEY, consumer TEXT NOT NULL, reserved_at INTEGER NOT NULL, registered_at INTEGER, source TEXT,
  alerts INTEGER, bytes INTEGER, received_ms BLOB, oldest_ms INTEGER, abandoned_at INTEGER, cleared_at INTEGER
);
CREATE TABLE batch_offsets (
  stem TEXT NOT NULL, group_id TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
  first_offset INTEGER NOT NULL, next_offset INTEGER NOT NULL, left_out INTEGER NOT NULL DEFAULT 0,
  gone INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (stem, group_id, topic, partition)
);
CREATE TABLE kafka_position (
  group_id TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL,
  fingerprint TEXT NOT NULL, empty_to INTEGER NOT NULL DEFAULT 0, marked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (group_id, topic, partition)
);
CREATE TABLE work (
  stage TEXT NOT NULL, vra TEXT NOT NULL, stem TEXT NOT NULL, owner TEXT, lease_until INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0, next_attempt INTEGER NOT NULL DEFAULT 0, error TEXT, dead_at INTEGER,
  waits_since INTEGER, PRIMARY KEY (stage, vra, stem)
);
CREATE TABLE stage_pause (
  stage TEXT NOT NULL, vra TEXT NOT NULL, until INTEGER NOT NULL, reason TEXT NOT NULL, since INTEGER,
  PRIMARY KEY (stage, vra)
);
CREATE TABLE stem_event (
  ID INTEGER PRIMARY KEY, stem TEXT NOT NULL, stage TEXT NOT NULL, vra TEXT NOT NULL, at INTEGER NOT NULL,
  status INTEGER NOT NULL, rows INTEGER NOT NULL, duration_ms REAL, detail TEXT
);
CREATE INDEX stem_event_by_stem ON stem_event (stem);
CREATE TABLE source (
  diaSourceId INTEGER PRIMARY KEY, midpointMjdTai REAL NOT NULL, received_ms REAL
);
CREATE TABLE annotation_outcome (
  provenance_ID INTEGER PRIMARY KEY, outcome TEXT NOT NULL, at INTEGER NOT NULL, detail TEXT
);
CREATE TABLE lasair_call (
  minute INTEGER PRIMARY KEY, calls INTEGER NOT NULL, annotations INTEGER NOT NULL
);
CREATE INDEX provenance_by_stem ON provenance (stem);
CREATE INDEX provenance_by_object ON provenance (diaObjectId, ID);
CREATE INDEX threshold_flags_by_stem ON threshold_flags_provenance (stem);
CREATE TABLE tns_submission (
  ID INTEGER PRIMARY KEY, site TEXT NOT NULL, sender TEXT NOT NULL, sent_at INTEGER NOT NULL, report_id TEXT
);
CREATE TABLE tns_report (
  submission_ID INTEGER NOT NULL, place INTEGER NOT NULL, site TEXT NOT NULL, diaObjectId INTEGER NOT NULL,
  internal_name TEXT NOT NULL, report TEXT NOT NULL, outcome TEXT, objname TEXT, detail TEXT, settled_at INTEGER,
  PRIMARY KEY (submission_ID, diaObjectId)
);
CREATE INDEX tns_report_by_object ON tns_report (diaObjectId);
CREATE UNIQUE INDEX tns_report_open ON tns_report (site, diaObjectId) WHERE outcome IS NULL;
CREATE TABLE score_count (
  model_name TEXT NOT NULL, model_version TEXT NOT NULL, night TEXT NOT NULL, bin REAL NOT NULL,
  scores INTEGER NOT NULL, PRIMARY KEY (model_name, model_version, night, bin)
);
CREATE TABLE data_folder (
  id TEXT NOT NULL
);
CREATE TABLE kafka_turn (
  ID INTEGER PRIMARY KEY, group_id TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
  before_offset INTEGER NOT NULL, after_offset INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
  event_ID INTEGER NOT NULL
);
CREATE TABLE quarantine (
  ID INTEGER PRIMARY KEY, stem TEXT NOT NULL, stage TEXT NOT NULL, vra TEXT NOT NULL DEFAULT '',
  position INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, path TEXT NOT NULL,
  bytes INTEGER NOT NULL, topic TEXT, partition INTEGER, kafka_offset INTEGER, received_ms REAL,
  at INTEGER NOT NULL, replayed_as TEXT, diaObjectId INTEGER, diaSourceId INTEGER,
  offsets INTEGER NOT NULL DEFAULT 1, pruned_at INTEGER, UNIQUE (stem, stage, vra, position)
);
CREATE TABLE checksum (
  stem TEXT NOT NULL, what TEXT NOT NULL, bytes INTEGER NOT NULL, crc32 INTEGER NOT NULL, PRIMARY KEY (stem, what)
);
CREATE TABLE kafka_trail (
  group_id TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, batch INTEGER NOT NULL,
  offset INTEGER NOT NULL, fingerprint TEXT NOT NULL, PRIMARY KEY (group_id, topic, partition, batch)
);
CREATE INDEX batch_registered ON batch (registered_at, alerts);
CREATE INDEX batch_times ON batch (stem, registered_at, oldest_ms, alerts);
CREATE TABLE annotated_minute (
  vra TEXT NOT NULL, minute INTEGER NOT NULL, alerts INTEGER NOT NULL, late INTEGER NOT NULL,
  PRIMARY KEY (vra, minute)
);
CREATE TABLE kafka_seen (
  group_id TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, high_offset INTEGER NOT NULL,
  next_offset INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (group_id, topic, partition)
);
CREATE INDEX quarantine_open ON quarantine (ID) WHERE replayed_as IS NULL AND pruned_at IS NULL;
CREATE INDEX quarantine_pruned ON quarantine (ID) WHERE replayed_as IS NULL AND pruned_at IS NOT NULL;
CREATE TABLE annotation (
  vra TEXT NOT NULL, diaObjectId INTEGER NOT NULL, accepted_ID INTEGER, sending_ID INTEGER, sender TEXT,
  sending_until INTEGER NOT NULL DEFAULT 0, doubt_until INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (vra, diaObjectId)
);
CREATE TABLE backfill (
  vra TEXT NOT NULL, stem TEXT NOT NULL, stage TEXT, last_stage TEXT NOT NULL, begun INTEGER NOT NULL DEFAULT 0,
  status_before INTEGER, PRIMARY KEY (vra, stem)
);
CREATE INDEX backfill_open ON backfill (vra, stage, stem) WHERE stage IS NOT NULL;
CREATE INDEX batch_unregistered ON batch (reserved_at) WHERE registered_at IS NULL AND cleared_at IS NULL;
`;
