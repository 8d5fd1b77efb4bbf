import type { Database } from '../../database.js';
import { tupleQuestion, valueQuestion } from '../../statements.js';

interface Source {
  readonly diaObjectId: bigint;
  readonly diaSourceId: bigint;
}

const SOURCES = valueQuestion<bigint>('SELECT diaSourceId FROM source WHERE diaSourceId IN @sources');
const SCORED = tupleQuestion<[diaObjectId: bigint, diaSourceId: bigint]>(
  'SELECT diaObjectId, diaSourceId FROM provenance WHERE diaObjectId IN @objects AND diaSourceId IN @sources',
);
const OBJECTS = valueQuestion<bigint>('SELECT diaObjectId FROM diaobjid_stems WHERE diaObjectId IN @objects');

/** Whether alerts went through the ledger, in any stem. It reads and never writes. */
export class AlertVerification {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Those of the sources that have neither features of this pipeline nor a score of either. */
  async unknownSources<One extends Source>(all: readonly One[]): Promise<One[]> {
    const sources = all.map(({ diaSourceId }) => diaSourceId);
    const known = new Set(await this.#database.all(SOURCES, { sources }));
    const others = all.filter(({ diaSourceId }) => !known.has(diaSourceId));
    const named = { objects: others.map(({ diaObjectId }) => diaObjectId), sources };
    const scored = new Set((await this.#database.all(SCORED, named)).map((ids) => ids.join()));
    return others.filter(({ diaObjectId, diaSourceId }) => !scored.has(`${diaObjectId},${diaSourceId}`));
  }

  /** Those of the objects that no batch had an alert of. */
  async unknownObjects(objects: readonly bigint[]): Promise<bigint[]> {
    const known = new Set(await this.#database.all(OBJECTS, { objects }));
    return objects.filter((diaObjectId) => !known.has(diaObjectId));
  }
}
