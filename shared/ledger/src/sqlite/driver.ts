import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

export type { Database as Connection, Statement as Prepared } from 'better-sqlite3';

/** Releases of Node from 22.14 on speak this version of Node-API; Node 20 speaks 9. */
const NODE_API_OF_13 = 10;

const load = createRequire(import.meta.url);

/**
 * better-sqlite3 in the release that this Node can run.
 *
 * 13 is built on a version of Node-API that Node 20 lacks. 12 is built on Node's own C++ classes; from Node 24.19 on
 * they abort the process when a statement is garbage-collected.
 */
const Sqlite = load(
  Number(process.versions.napi) >= NODE_API_OF_13 ? 'better-sqlite3-node-api' : 'better-sqlite3',
) as typeof BetterSqlite3;

export default Sqlite;
