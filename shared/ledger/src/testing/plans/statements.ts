import type { Ledger } from '../../ledger.js';
import { connectionOf, Sqlite } from '../sqlite.js';

/** A statement as it was asked. */
export interface Asked {
  readonly sql: string;
  readonly values: readonly unknown[];
}

const WAYS = ['run', 'get', 'all'] as const;

/** The statements that `work` has SQLite execute; none of them twice. */
export async function statementsOf(work: () => Promise<unknown>): Promise<Asked[]> {
  const asked = new Map<string, Asked>();
  const prototype = Object.getPrototypeOf(new Sqlite(':memory:').prepare('SELECT 1'));
  const before = WAYS.map((way) => prototype[way]);
  WAYS.forEach((way, index) => {
    prototype[way] = function (this: { source: string }, ...values: unknown[]) {
      if (!asked.has(this.source)) asked.set(this.source, { sql: this.source, values });
      return before[index].apply(this, values);
    };
  });
  try {
    await work();
  } finally {
    WAYS.forEach((way, index) => {
      prototype[way] = before[index];
    });
  }
  return [...asked.values()];
}

/** How SQLite would go about a statement, a line a step. */
export function planOf(ledger: Ledger, sql: string): string[] {
  // A plan does not depend on the values, but only complete statements can be asked for theirs.
  const complete = sql.replace(/@\w+|\?/g, '1');
  const steps = connectionOf(ledger).prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${complete}`).all();
  return steps.map(({ detail }) => detail);
}
