import type { Database } from '../sqlite/connection.js';

/** A statement as it was asked. */
export interface Asked {
  readonly sql: string;
  readonly values: readonly unknown[];
}

const WAYS = ['run', 'get', 'all', 'iterate'] as const;

/** The statements that `work` has the database execute; none of them twice. */
export function statementsOf(database: Database, work: () => void): Asked[] {
  const asked = new Map<string, Asked>();
  const prototype = Object.getPrototypeOf(database.prepare('SELECT 1'));
  const before = WAYS.map((way) => prototype[way]);
  WAYS.forEach((way, index) => {
    prototype[way] = function (this: { source: string }, ...values: unknown[]) {
      if (!asked.has(this.source)) asked.set(this.source, { sql: this.source, values });
      return before[index].apply(this, values);
    };
  });
  try {
    work();
  } finally {
    WAYS.forEach((way, index) => {
      prototype[way] = before[index];
    });
  }
  return [...asked.values()];
}

/** How SQLite would go about a statement, a line a step. */
export function planOf(database: Database, sql: string): string[] {
  // A plan does not depend on the values, but only complete statements can be asked for theirs.
  const complete = sql.replace(/@\w+|\?/g, '1');
  return (database.prepare(`EXPLAIN QUERY PLAN ${complete}`).all() as { detail: string }[]).map(({ detail }) => detail);
}
