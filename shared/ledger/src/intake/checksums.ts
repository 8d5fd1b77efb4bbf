import { type Checksum, checksumOf } from '@lvra/core';
import { DEFAULT_FEATURES } from '@lvra/store';
import type { Database, Questions, Writing } from '../database.js';
import { Insert, question } from '../statements.js';

/** What has a checksum: a batch file, a message that the consumer put in quarantine, a feature file, the scores of a model. */
export type Summed =
  | { readonly kind: 'batch' }
  | { readonly kind: 'quarantined'; readonly position: number }
  | { readonly kind: 'features'; readonly set?: string }
  | { readonly kind: 'scores'; readonly vra: string; readonly version: string };

/** The source and the score of a row of provenance. */
export interface SummedScore {
  readonly diaSourceId: bigint;
  readonly score: number;
}

const RECORD = new Insert(
  'checksum',
  { stem: 'text', what: 'text', bytes: 'integer', crc32: 'integer' },
  '(stem, what) DO UPDATE SET bytes = excluded.bytes, crc32 = excluded.crc32',
  ['stem', 'what'],
);
const OF = question<{ bytes: bigint; crc32: bigint }>('SELECT bytes, crc32 FROM checksum WHERE stem = ? AND what = ?');

/** The checksum of something that was made. */
export interface NewChecksum {
  readonly stem: string;
  readonly what: Summed;
  readonly checksum: Checksum;
}

/** The checksums of what this pipeline made; what the Python pipeline or an older release made has none. */
export class Checksums {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Within the caller's transaction, which records what was made. */
  record(tx: Writing, stem: string, what: Summed, checksum: Checksum): Promise<void> {
    return this.recordAll(tx, [{ stem, what, checksum }]);
  }

  async recordAll(tx: Writing, made: readonly NewChecksum[]): Promise<void> {
    await tx.each(
      RECORD,
      made.map(({ stem, what, checksum: { bytes, crc32 } }) => [stem, nameOf(what), bytes, crc32]),
    );
  }

  async of(stem: string, what: Summed, ask: Questions = this.#database): Promise<Checksum | undefined> {
    const row = await ask.get(OF, stem, nameOf(what));
    return row && { bytes: Number(row.bytes), crc32: Number(row.crc32) };
  }
}

export function nameOf(what: Summed): string {
  if (what.kind === 'batch') return 'batch';
  if (what.kind === 'quarantined') return `quarantined ${what.position}`;
  return what.kind === 'features' ? `features ${what.set ?? DEFAULT_FEATURES}` : `scores ${what.vra} ${what.version}`;
}

/** Of scores in the order of their IDs: 16 bytes each, the source as a 64-bit integer and the score as a double. */
export function checksumOfScores(scores: readonly SummedScore[]): Checksum {
  const view = new DataView(new ArrayBuffer(scores.length * 16));
  let at = 0;
  for (const { diaSourceId, score } of scores) {
    view.setBigInt64(at, diaSourceId, true);
    view.setFloat64(at + 8, score, true);
    at += 16;
  }
  return checksumOf([new Uint8Array(view.buffer)]);
}
