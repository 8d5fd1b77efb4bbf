import { join } from 'node:path';
import { isStem } from '@lvra/core';

/** The default set of features of a VRA: the Python pipeline's. */
export const DEFAULT_FEATURES = 'r0b';

/**
 * Every path under the data root, in one place: TYPE / YEAR / DATE as the team's spec has it.
 * `db`, `locks`, `models` and `schemas` are flat.
 */
export interface DataPaths {
  readonly root: string;
  readonly database: string;
  /** The file that proves that this is the folder which all hosts share. */
  readonly mark: string;
  readonly locks: string;
  readonly models: string;
  /** The batch file of a stem. */
  batch(stem: string): string;
  /** The feature file of a stem; that of a set of features which is not the default one lies in a folder of the set's. */
  features(stem: string, set?: string): string;
  /** The folder of the raw bytes of quarantined alerts. */
  readonly quarantine: string;
  /** The raw bytes of one quarantined alert. */
  quarantined(stem: string, stage: string, position: number): string;
  /** The images of a stem's alerts, if they are kept. */
  cutouts(stem: string): string;
  /** The Avro schema of an id. */
  schema(id: number): string;
  /** The calls that a dry run would have made for a stem. */
  dryRun(stem: string, vra: string): string;
  /** The folder of ledgers that were replaced by a restored backup, one folder each time. */
  readonly beforeRestore: string;
  /** The folder of a night's log files; `night` is YYYYMMDD. */
  logs(night: string): string;
  /** The folders that must exist before the first stem, for `init`. */
  folders(year: string): string[];
}

/** The folders that stages write files into; beside them one for each set of features that is not the default one. */
const WRITTEN_FOLDERS = ['JSON', 'csv', 'quarantine', 'cutouts', 'dryrun'];
const OTHER_FEATURES = 'csv_';

/** Whether stages write files into a folder of the data root, by its name. */
export function isWrittenFolder(name: string): boolean {
  return WRITTEN_FOLDERS.includes(name) || name.startsWith(OTHER_FEATURES);
}

export function dataPaths(root: string): DataPaths {
  const dated = (type: string, stem: string, file: string) => {
    if (!isStem(stem)) throw new TypeError(`${JSON.stringify(stem)} is not a stem (YYYYMMDD_HHMMSS)`);
    return join(root, type, stem.slice(0, 4), stem.slice(0, 8), file);
  };
  return {
    root,
    database: join(root, 'db', 'log.db'),
    mark: join(root, 'ledger-id'),
    locks: join(root, 'locks'),
    models: join(root, 'models'),
    quarantine: join(root, 'quarantine'),
    beforeRestore: join(root, 'before-restore'),
    batch: (stem) => dated('JSON', stem, `${stem}.json`),
    features: (stem, set = DEFAULT_FEATURES) =>
      dated(set === DEFAULT_FEATURES ? 'csv' : `${OTHER_FEATURES}${set}`, stem, `${stem}.csv`),
    quarantined: (stem, stage, position) => dated('quarantine', stem, `${stem}_${stage}_${position}.raw`),
    cutouts: (stem) => dated('cutouts', stem, `${stem}.avro`),
    schema: (id) => join(root, 'schemas', `${id}.avsc`),
    dryRun: (stem, vra) => dated('dryrun', stem, `${stem}_${vra}.ndjson`),
    logs: (night) => join(root, 'logs', night.slice(0, 4), night),
    folders: (year) => [
      ...['JSON', 'csv', 'logs'].map((type) => join(root, type, year)),
      ...['db', 'locks', 'models'].map((type) => join(root, type)),
    ],
  };
}
