import { dirname, join } from 'node:path';
import { isStem, nightOf } from '@lvra/core';
import { namesIn } from './files.js';
import type { DataPaths } from './paths.js';

/** As long as Kafka can bring a message again; no retention that one would set is shorter. */
const NEVER_CLEARED_MS = 7 * 24 * 3_600_000;

type Kind = 'batch' | 'features' | 'quarantine';

const FOLDER: Record<Kind, string> = { batch: 'JSON', features: 'csv', quarantine: 'quarantine' };

/** A file that has the name of a stem's. */
export interface NightFile {
  readonly stem: string;
  readonly path: string;
  /** Where every reader looks for the stem's. */
  readonly belongsAt: string;
}

/** The files of the nights, as folders. */
export class Nights {
  readonly #paths: DataPaths;
  readonly #now: number;
  readonly #cleared = new Map<string, boolean>();

  constructor(paths: DataPaths, now: number) {
    this.#paths = paths;
    this.#now = now;
  }

  /**
   * Whether a file that is missing was cleared away: its whole night is over a week old and has no file of the kind
   * left. A single file that is missing from a night is never taken for that.
   */
  isCleared(kind: Kind, stem: string): boolean {
    if (stem.slice(0, 8) > nightOf(new Date(this.#now - NEVER_CLEARED_MS))) return false;
    const path = kind === 'quarantine' ? this.#paths.quarantined(stem, 'consumer', 0) : this.#paths[kind](stem);
    const key = dirname(path);
    let cleared = this.#cleared.get(key);
    if (cleared === undefined) {
      cleared = !namesIn(key).some((name) => /\.(json|csv|raw)$/.test(name));
      this.#cleared.set(key, cleared);
    }
    return cleared;
  }

  /** The stems from `from` to `to` that have a file of the kind, night after night, with the path. */
  *files(kind: 'batch' | 'features', from: string, to: string): Generator<NightFile> {
    const root = join(this.#paths.root, FOLDER[kind]);
    const ending = kind === 'batch' ? '.json' : '.csv';
    for (const year of namesIn(root).filter((name) => name >= from.slice(0, 4) && name <= to.slice(0, 4))) {
      const nights = namesIn(join(root, year)).filter((name) => name >= from.slice(0, 8) && name <= to.slice(0, 8));
      for (const night of nights) {
        for (const name of namesIn(join(root, year, night))) {
          const stem = name.slice(0, -ending.length);
          if (!name.endsWith(ending) || !isStem(stem) || stem < from || stem > to) continue;
          yield { stem, path: join(root, year, night, name), belongsAt: this.#paths[kind](stem) };
        }
      }
    }
  }
}

/** The paths in a folder; none if there is no folder. */
export function foldersIn(folder: string): string[] {
  return namesIn(folder).map((name) => join(folder, name));
}
