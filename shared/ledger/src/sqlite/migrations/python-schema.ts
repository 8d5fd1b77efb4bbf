import { THRESHOLDS } from '../../thresholds.js';

/**
 * The six tables of the team's spec, as `log_schema.sql` has them: same names, columns and meaning,
 * so that each of the two pipelines can open a `log.db` of the other.
 */
const thresholdColumns = ['n_gt', 'brighter', 'first']
  .flatMap((prefix) => THRESHOLDS.map((magnitude) => `${prefix}${magnitude} INTEGER`))
  .join(', ');

const STATUS_TABLE_COLUMNS = 'stem TEXT PRIMARY KEY, timestamp TEXT NOT NULL DEFAULT current_timestamp';

export const REFERENCE_SCHEMA = `
CREATE TABLE IF NOT EXISTS feature_making (${STATUS_TABLE_COLUMNS});
CREATE TABLE IF NOT EXISTS predict (${STATUS_TABLE_COLUMNS});
CREATE TABLE IF NOT EXISTS annotating (${STATUS_TABLE_COLUMNS});
CREATE TABLE IF NOT EXISTS diaobjid_stems (
  diaObjectId INTEGER PRIMARY KEY,
  stem TEXT NOT NULL,
  timestamp TEXT NOT NULL DEFAULT current_timestamp
);
CREATE TABLE IF NOT EXISTS provenance (
  ID INTEGER PRIMARY KEY,
  diaObjectId INTEGER,
  diaSourceId INTEGER,
  stem TEXT,
  score REAL,
  model_name TEXT,
  model_version TEXT,
  timestamp TEXT NOT NULL DEFAULT current_timestamp
);
CREATE TABLE IF NOT EXISTS threshold_flags_provenance (
  ID INTEGER PRIMARY KEY,
  diaObjectId INTEGER,
  diaSourceId INTEGER,
  stem TEXT,
  ${thresholdColumns},
  timestamp TEXT NOT NULL DEFAULT current_timestamp
);
`;
