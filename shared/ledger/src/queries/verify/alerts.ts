import type { Database } from '../../sqlite/connection.js';

/** Whether alerts went through the ledger, in any stem. It reads and never writes. */
export class AlertVerification {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      source: database.prepare<[bigint]>('SELECT 1 FROM source WHERE diaSourceId = ?'),
      score: database.prepare<[bigint, bigint]>(
        'SELECT 1 FROM provenance WHERE diaObjectId = ? AND diaSourceId = ? LIMIT 1',
      ),
      object: database.prepare<[bigint]>('SELECT 1 FROM diaobjid_stems WHERE diaObjectId = ?'),
    };
  }

  /** Whether a source has features of this pipeline, or a score of either. */
  knowsSource({ diaObjectId, diaSourceId }: { readonly diaObjectId: bigint; readonly diaSourceId: bigint }): boolean {
    const { source, score } = this.#statements;
    return source.get(diaSourceId) !== undefined || score.get(diaObjectId, diaSourceId) !== undefined;
  }

  /** Whether any batch had an alert of the object. */
  knowsObject(diaObjectId: bigint): boolean {
    return this.#statements.object.get(diaObjectId) !== undefined;
  }
}
