import { UsageError } from '@lvra/core';
import type { Database, HeldLocks, Writing } from '../database.js';
import { question, statement, valueQuestion } from '../statements.js';
import { sumOf, type TableSum } from './checksum.js';
import { copyTable, emptyTable } from './copy-table.js';
import type { LedgerTable } from './ledger-table.js';
import { lastKeyOf } from './pages.js';

/** A table that is the same in both ledgers. */
export interface MovedTable extends TableSum {
  readonly table: string;
}

/** Called with what is done, and how many rows of how many are through. */
export type MoveProgress = (
  what: 'copying' | 'comparing' | 'copying again' | 'given up' | 'taken into use',
  /** The table; of the last two, the ledger. */
  which: string,
  done: number,
  all: number,
) => void;

export interface MoveOptions {
  /** Where the target will be, for people. */
  readonly to: string;
  /** The target was given to nobody yet, also if it is complete: it can be compared and completed once more. */
  readonly isUsedByNobody?: boolean;
  /** Does what else gives the source up, in the same transaction. */
  readonly giveUp?: (tx: Writing) => Promise<void>;
  /** Of the server's ledger. */
  readonly locks: HeldLocks;
  readonly onProgress: MoveProgress;
}

/** What a ledger says of its data folder. */
export interface Folder {
  readonly id: string;
  /** See moved.ts. */
  readonly moved: string | null;
}

export const FOLDER = question<Folder>('SELECT id, moved FROM data_folder');
const TAKE_NAME = statement('UPDATE data_folder SET id = @id, marked_at = CAST(@marked AS BIGINT), moved = @moved');
const MARKED = valueQuestion<bigint | null>('SELECT marked_at FROM data_folder');
const SET_MOVED = statement('UPDATE data_folder SET moved = @moved');

/**
 * Moves all that a ledger knows into another one, which keeps it in another way. Broken off, it goes on where it was when it is called
 * again. At no time can both ledgers be used: the old one is given up before the new one is taken into use.
 *
 * Nothing else may use either of them.
 *
 * @param tables in the order in which they are moved
 * @throws UsageError, and nothing of the source is changed, if a row cannot be kept, or the target has another ledger
 */
export async function moveLedger(
  source: Database,
  target: Database,
  tables: readonly LedgerTable[],
  { to, isUsedByNobody = false, giveUp, locks, onProgress }: MoveOptions,
): Promise<MovedTable[]> {
  const { id, moved } = (await source.get(FOLDER))!;
  const arriving = `from ${source.name}`;
  const isDoneBefore = isUsedByNobody && moved === `to ${to}`;
  await assertTarget(source, target, tables, { id, moved, arriving, isDoneBefore });
  const marked = (await source.get(MARKED)) ?? null;
  await target.writing((tx) => tx.run(TAKE_NAME, { id, marked, moved: arriving }));
  const counts = new Map<string, number>();
  for (const table of tables) {
    const count = await source.get(valueQuestion<bigint>(`SELECT count(*) FROM ${table.name}`));
    counts.set(table.name, Number(count));
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let done = 0;
  for (const table of tables) {
    const before = Number(await target.get(valueQuestion<bigint>(`SELECT count(*) FROM ${table.name}`)));
    done += before;
    const onRows = (rows: number) => {
      done += rows;
      onProgress('copying', table.name, done, all);
    };
    await copyTable(source, target, table, onRows);
  }
  const compared = await compare(source, target, tables, all, onProgress);
  await target.adoptKeys();
  // Whose locks were lost on the way cannot know that nothing was written meanwhile.
  await locks.assertHeld();
  await source.writing(async (tx) => {
    await tx.run(SET_MOVED, { moved: `to ${to}` });
    await giveUp?.(tx);
  });
  onProgress('given up', source.name, all, all);
  await target.writing((tx) => tx.run(SET_MOVED, { moved: null }));
  onProgress('taken into use', target.name, all, all);
  return compared;
}

/** @throws UsageError if the target is not empty, unless it has the beginning of this move */
async function assertTarget(
  source: Database,
  target: Database,
  tables: readonly LedgerTable[],
  { id, moved, arriving, isDoneBefore }: { id: string; moved: string | null; arriving: string; isDoneBefore: boolean },
): Promise<void> {
  const there = (await target.get(FOLDER))!;
  if (there.id === id && (there.moved === arriving || isDoneBefore)) return;
  if (moved !== null) {
    throw new UsageError(
      `the ledger ${source.name} was moved ${moved}: there is nothing to move. If that one is lost, restore it from its backup`,
    );
  }
  for (const table of tables) {
    if (!(await lastKeyOf(target, table))) continue;
    throw new UsageError(`${target.name} has another ledger already (rows in ${table.name}): name an empty database`);
  }
}

/** @throws Error if a table is not the same in both */
async function compare(
  source: Database,
  target: Database,
  tables: readonly LedgerTable[],
  all: number,
  onProgress: MoveProgress,
): Promise<MovedTable[]> {
  let done = 0;
  const compared: MovedTable[] = [];
  for (const table of tables) {
    const onRows = (rows: number) => {
      done += rows / 2;
      onProgress('comparing', table.name, Math.round(done), all);
    };
    const before = await sumOf(source, table, onRows);
    let after = await sumOf(target, table, onRows);
    if (!isEqual(before, after)) {
      // Somebody worked with the source after an earlier copy was broken off.
      onProgress('copying again', table.name, Math.round(done), all);
      await emptyTable(target, table);
      await copyTable(source, target, table, () => {});
      after = await sumOf(target, table, () => {});
    }
    if (!isEqual(before, after)) {
      throw new Error(
        `${table.name} is not the same in ${target.name} (${after.rows} rows) as in ${source.name} (${before.rows} rows), copied ` +
          'twice: the source is as it was, and still the one in use; does anything write to one of them?',
      );
    }
    compared.push({ table: table.name, ...before });
  }
  return compared;
}

function isEqual(one: TableSum, other: TableSum): boolean {
  return one.rows === other.rows && one.sha256 === other.sha256;
}
