import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { addStem, newLedger } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { dataPaths } from '@lvra/store';
import { type ExportedNight, type ExportOrder, exportNights } from '../export-nights.js';
import type { Table } from '../table.js';
import type { Source } from '../tables/night-table.js';

/** For tests: a ledger of past nights that are all done, with the files that a test writes. */
export class PastNights {
  private constructor(
    readonly source: Source,
    /** Where exports go to. */
    readonly out: string,
  ) {}

  static async empty(t: TestContext): Promise<PastNights> {
    const root = mkdtempSync(join(tmpdir(), 'lvra-export-'));
    t.after(() => rmSync(root, { recursive: true }));
    const settings = { vras: [{ modelName: 'r0b', features: 'r0b' }] };
    const source = { ledger: await newLedger(t), paths: dataPaths(root), settings, vras: ['r0b'] };
    return new PastNights(source, join(root, 'out'));
  }

  /** Adds a stem with a score for each of some sources. */
  async addStem(stem: string, ...sources: bigint[]): Promise<void> {
    await addStem(this.source.ledger, stem, 1, 1, 1);
    for (const source of sources) {
      await execute(
        this.source.ledger,
        "INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name) VALUES (?, ?, ?, 0.5, 'r0b')",
        ...[source + 1n, source, stem],
      );
    }
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  async export(order: Partial<ExportOrder> & Pick<ExportOrder, 'table'>): Promise<ExportedNight[]> {
    const exported: ExportedNight[] = [];
    for await (const night of exportNights(this.source, {
      ...{ from: '20260301', to: '20260331', vra: undefined, format: 'csv', folder: this.out, again: false },
      ...{ signal: new AbortController().signal, onRows: () => {} },
      ...order,
    })) {
      exported.push(night);
    }
    return exported;
  }
}

/** All rows of a table, each as a list. */
export async function rowsIn(table: Table): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const { count, columns } of table.rows()) {
    for (let row = 0; row < count; row++) rows.push(columns.map((cells) => cells[row]));
  }
  return rows;
}
