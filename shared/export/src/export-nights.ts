import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isStem } from '@lvra/core';
import { type NightSpan, nightAt, nightNamed } from '@lvra/operations';
import { FORMATS, type FormatName } from './formats/format.js';
import { checkVra, NIGHT_TABLES, type NightTableName } from './tables/index.js';
import type { Source } from './tables/night-table.js';
import { writeTable } from './write-table.js';

/** What is to be exported, and where to. */
export interface ExportOrder {
  readonly table: NightTableName;
  /** The first night and the last one, YYYYMMDD. */
  readonly from: string;
  readonly to: string;
  /** Rows of one VRA alone; undefined for all. */
  readonly vra: string | undefined;
  readonly format: FormatName;
  /** The folder of all exports. */
  readonly folder: string;
  /** Whether files that are there already are written anew. */
  readonly again: boolean;
  readonly signal: AbortSignal;
  /** Is told how many rows of a night were written so far. */
  readonly onRows: (night: string, rows: number) => void;
}

/** A night, and what became of its file. */
export interface ExportedNight {
  readonly night: string;
  readonly path: string;
  /**
   * `there`: left alone, because nothing has happened to its stems since it was written. `kept`: left alone, because files
   * are gone that it may have been made from. `nothing`: there is none, because there are no files.
   */
  readonly outcome: 'written' | 'there' | 'kept' | 'nothing';
  readonly rows: number;
  readonly bytes: number;
  /** What it lacks: files of these stems are gone, or not made yet, and these cannot be read. */
  readonly gone: readonly string[];
  readonly unmade: readonly string[];
  readonly unreadable: readonly string[];
}

/** Clocks of hosts differ; what happened just before a file was begun counts as after. */
const CLOCKS_DIFFER_MS = 60_000;

const DAY_MS = 86_400_000;

/**
 * Writes the nights that have stems, a file each, `FOLDER/TABLE/night=YYYYMMDD.parquet`, and says so after each. A file is there as
 * a whole or not at all.
 *
 * @throws what the signal was aborted with, before the file in progress is there; CannotWrite; UsageError
 */
export async function* exportNights(source: Source, order: ExportOrder): AsyncGenerator<ExportedNight> {
  checkVra(source, order.table, order.vra);
  const last = nightNamed(order.to);
  for (let night = nightNamed(order.from); night.began <= last.began; night = nightAt(night.began + DAY_MS)) {
    order.signal.throwIfAborted();
    const stems = (await source.ledger.nights.stems(night)).filter(({ stem }) => isStem(stem)).length;
    if (stems > 0) yield await exportNight(source, order, night, stems);
  }
}

async function exportNight(
  source: Source,
  order: ExportOrder,
  night: NightSpan,
  stems: number,
): Promise<ExportedNight> {
  const { vra, format, again } = order;
  const folder = vra === undefined ? order.table : `${order.table}-${vra}`;
  const path = join(order.folder, folder, `night=${night.name}.${FORMATS[format].extension}`);
  const left = { night: night.name, path, rows: 0, bytes: 0, gone: [], unmade: [], unreadable: [] };
  const before = again ? undefined : await modifiedAt(path);
  if (before !== undefined && (await isAsItWas(source, night, before))) return { ...left, outcome: 'there' };
  const begun = Date.now();
  const table = await NIGHT_TABLES[order.table](source, { night, vra });
  const { gone, unmade, unreadable } = table;
  const isEmpty = gone.length + unmade.length === stems;
  if (before !== undefined && (isEmpty || gone.length > 0)) {
    return { ...left, ...(isWhole(before, night) ? {} : { gone, unmade }), outcome: 'kept' };
  }
  if (isEmpty) return { ...left, gone, unmade, outcome: 'nothing' };
  const onRows = (rows: number) => order.onRows(night.name, rows);
  const { signal } = order;
  // What happens to the night's stems meanwhile must count as after it. What lacks something is dated to the beginning of its
  // night, and so is made again.
  const madeAt = () => (gone.length + unmade.length + unreadable.length > 0 ? night.began : begun);
  const written = await writeTable(table, path, { format, signal, onRows, madeAt });
  return { night: night.name, path, outcome: 'written', ...written, gone, unmade, unreadable };
}

/** Whether a file lacked nothing when it was made. */
function isWhole(madeAt: number, night: NightSpan): boolean {
  return madeAt > night.began;
}

/** Whether a night is over, and nothing has happened to its stems since a file of it was begun. */
async function isAsItWas({ ledger }: Source, night: NightSpan, begun: number): Promise<boolean> {
  if (night.ends > begun) return false;
  const changed = await ledger.events.lastAt(night.from, night.before);
  return changed === undefined || changed < begun - CLOCKS_DIFFER_MS;
}

async function modifiedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
