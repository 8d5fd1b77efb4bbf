import type { Ledger } from '../../ledger.js';
import { type Asked, planOf } from './statements.js';

/** Tables that do not grow with the alerts, or of which rows go again; and what questions call a few rows of one. */
const SMALL =
  'newest|aside|work|stage_pause|lasair_call|score_count|kafka_position|s|annotated_minute|data_folder|tns_report|tns_submission|lvra_migration';
/** Indexes of the few rows that are still of interest. */
const FEW = /INDEX (\w+_(open|partial)_r0b|quarantine_open|batch_unregistered)/;
const HARMLESS = new RegExp(`^SCAN ((${SMALL}|CONSTANT ROW|sqlite_master|pragma_table_info|json_each)\\b|\\()`);
/** SQLite counts the rows of a table by its pages; and it goes down the newest stems until it has enough of them. */
const SHORT = /^SELECT count\(\*\) FROM \w+\s*$|ORDER BY own\.stem DESC LIMIT @limit$/;

/** The steps of a plan that read all of a table that grows. */
export function readsAll(sql: string, plan: readonly string[]): string[] {
  if (SHORT.test(sql)) return [];
  return plan.filter((step) => step.startsWith('SCAN') && !HARMLESS.test(step) && !FEW.test(step));
}

/** Those of some statements that read all of a table that grows, each with the steps that do. */
export function fullReads(ledger: Ledger, asked: readonly Asked[]): string[] {
  return asked.flatMap(({ sql }) => {
    const scans = readsAll(sql, planOf(ledger, sql));
    return scans.length > 0 ? [`${scans.join('; ')}: ${sql}`] : [];
  });
}
