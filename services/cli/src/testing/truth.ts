import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger } from '@lvra/ledger';
import { tuplesIn } from '@lvra/ledger/testing/look-inside';
import type { Sandbox } from '@lvra/simulator';
import type { DataPaths } from '@lvra/store';

/** All that must be there, whatever was damaged and made again: without row IDs and times, which may differ. */
export interface Truth {
  /** The files of batches, features and quarantine, with their contents' hash. */
  readonly files: readonly string[];
  readonly rows: Readonly<Record<string, readonly string[]>>;
  /** By object, the score that Lasair shows and its source. */
  readonly held: readonly string[];
}

const QUESTIONS: Readonly<Record<string, string>> = {
  statuses: `SELECT f.stem, abs(f.r0b), abs(p.r0b), abs(a.r0b) FROM feature_making f
    JOIN predict p USING (stem) JOIN annotating a USING (stem)`,
  mapping: 'SELECT diaObjectId, stem FROM diaobjid_stems',
  scores: 'SELECT stem, diaObjectId, diaSourceId, score, model_name, model_version FROM provenance',
  flags: `SELECT stem, diaObjectId, diaSourceId, n_gt22, n_gt21, n_gt20, n_gt19, n_gt18, brighter22, brighter21,
    brighter20, brighter19, brighter18, first22, first21, first20, first19, first18 FROM threshold_flags_provenance`,
  settled: `SELECT stem, diaSourceId FROM provenance JOIN annotation_outcome ON provenance_ID = ID
    WHERE outcome IN ('accepted', 'superseded')`,
  batches: 'SELECT stem, source, alerts, bytes FROM batch',
  offsets: 'SELECT stem, group_id, topic, partition, first_offset, next_offset FROM batch_offsets',
  positions: 'SELECT group_id, topic, partition, next_offset, fingerprint FROM kafka_position',
  quarantine: 'SELECT stem, stage, position, reason, path, bytes FROM quarantine',
  sources: 'SELECT diaSourceId, midpointMjdTai, ra, decl, psfFlux, band FROM source',
  places: 'SELECT stem, diaObjectIds, lengths FROM alert_place',
};

export async function truthOf(paths: DataPaths, sandbox: Sandbox): Promise<Truth> {
  const ledger = await Ledger.open(paths.database, ['r0b'], { create: false });
  try {
    const rowsOf = async (sql: string) =>
      (await tuplesIn<unknown[]>(ledger, sql)).map((row) => row.map(String).join(' ')).sort();
    return {
      files: ['JSON', 'csv', 'quarantine'].flatMap((folder) => filesBelow(paths.root, folder)).sort(),
      rows: Object.fromEntries(
        await Promise.all(Object.entries(QUESTIONS).map(async ([name, sql]) => [name, await rowsOf(sql)])),
      ),
      held: [...sandbox.annotations].map(([key, held]) => `${key} ${heldIn(held)}`).sort(),
    };
  } finally {
    await ledger.close();
  }
}

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path.slice(root.length)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
    });
}

function heldIn({ classification, classdict }: { classification: string; classdict: string }): string {
  return `${classification} ${JSON.parse(classdict).blame_diaSourceId}`;
}
