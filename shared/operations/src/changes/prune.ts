import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nightOf } from '@lvra/core';
import type { QuarantineLedger } from '@lvra/ledger';
import { type DataPaths, isWrittenFolder } from '@lvra/store';
import type { OpenLedger } from '../open-ledger.js';

/** A night's files of one kind: `JSON/2026/20260202`. */
export interface NightFolder {
  readonly night: string;
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
}

/** What may be removed from the data folder, or was. */
export interface Pruned {
  readonly folders: readonly NightFolder[];
  /** Nights that stay though they are old enough. */
  readonly keptNights: readonly string[];
  /** How many alerts in quarantine were marked, because their bytes are gone. */
  readonly marked: number;
}

/**
 * Finds the files of nights that are over, and removes them if asked to. Nights go as a whole: half of one would look like a
 * loss to `lvra verify`. A night stays if some stage has not done a stem of it, or a backfill is to do one. After an
 * interruption the next run finds the rest.
 *
 * @param before the first instant to keep
 */
export async function prune({ ledger, stages, paths }: OpenLedger, before: Date, remove: boolean): Promise<Pruned> {
  const first = nightOf(before);
  const unfinished = await Promise.all(stages.map(([stage, vra]) => ledger.overview.unfinished(stage, vra)));
  const stems = [...unfinished.flat().map(({ stem }) => stem), ...(await ledger.backfill.stems())];
  const wanted = new Set(stems.map((stem) => stem.slice(0, 8)));
  const old: NightFolder[] = [];
  for (const type of readdirSync(paths.root).filter((name) => isWrittenFolder(name) || name === 'logs')) {
    for (const year of datedFolders(join(paths.root, type), /^\d{4}$/)) {
      for (const night of datedFolders(join(paths.root, type, year), /^\d{8}$/)) {
        if (night < first) old.push(measure(night, join(paths.root, type, year, night)));
      }
    }
  }
  const folders = old.filter(({ night }) => !wanted.has(night));
  const keptNights = [...new Set(old.map(({ night }) => night))].filter((night) => wanted.has(night)).sort();
  if (remove) for (const { path } of folders) rmSync(path, { recursive: true });
  return { folders, keptNights, marked: remove ? await markPruned(paths, ledger.quarantine, first) : 0 };
}

/**
 * Marks the alerts in quarantine whose night has no folder any more, whichever run removed it. The folder of the year,
 * which prune leaves, shows that the disk is mounted: otherwise nothing is marked.
 *
 * @param first the first night that is kept
 * @returns how many they are
 */
export async function markPruned(paths: DataPaths, quarantine: QuarantineLedger, first: string): Promise<number> {
  const batches = join(paths.root, 'JSON');
  const gone = (await quarantine.nights()).filter((night) => {
    const year = night.slice(0, 4);
    if (night >= first || !existsSync(join(batches, year))) return false;
    // The bytes are in that folder or in the batch file.
    return ![paths.quarantine, batches].some((folder) => existsSync(join(folder, year, night)));
  });
  let marked = 0;
  for (const night of gone) marked += await quarantine.markPruned(night, Date.now());
  return marked;
}

function datedFolders(path: string, name: RegExp): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && name.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

function measure(night: string, path: string): NightFolder {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  return { night, path, files: files.length, bytes };
}
