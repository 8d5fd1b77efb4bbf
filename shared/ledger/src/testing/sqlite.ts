/** For tests that look into a ledger's file beside it, or damage it. */
export { type Database, default as Sqlite } from '../sqlite/driver.js';
