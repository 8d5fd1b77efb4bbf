import { KNOWN_COLUMNS } from './field-types.js';

/** Names that Lasair's own tables share with Rubin's source: always the filter's columns. */
const LASAIRS = new Set(['diaObjectId', 'ra', 'decl', 'raErr', 'decErr', 'ra_dec_Cov']);

/** The most unknown names that are counted. */
const MOST_UNKNOWN = 2_000;

interface Tally {
  /** Rows whose message has the name. */
  topLevel: number;
  /** Rows where only the source has it. */
  sourceOnly: number;
}

/**
 * Which names of a batch are top-level: a source's field of such a name goes to `<name>_sourceId` in every row, even if
 * a message lacks the name (from another filter, or the filter was edited in the night). So the filter's columns never
 * hold a source's values, as in the reference, which joins two tables.
 *
 * A name that at Lasair only the source has is top-level only if most rows that could have it there do. Otherwise one
 * odd message would empty, say, psfFlux in all other rows; its own value is dropped instead. diaSourceId is always the
 * source's.
 *
 * A batch is read once: names are judged as they come, and `decide` tells whether that was right.
 */
export class TopLevelNames {
  readonly #decided: ReadonlyMap<string, boolean>;
  readonly #tallies = new Map<string, Tally>();
  /** Names that were taken as top-level for some row, and names that were taken as the source's for some row. */
  readonly #taken = new Set<string>();
  readonly #left = new Set<string>();

  constructor(decided: ReadonlyMap<string, boolean> = new Map()) {
    this.#decided = decided;
  }

  /** Takes the names of an alert's message; call it before asking for those of its source. */
  see(message: ReadonlySet<string>): void {
    for (const name of message) if (this.#tallyOf(name)) this.#taken.add(name);
  }

  /** Whether the plain column of this name is for the message's value. */
  isTopLevel(name: string, message: ReadonlySet<string>): boolean {
    if (name === 'diaSourceId') return false;
    const decided = this.#decided.get(name);
    if (decided !== undefined) return decided;
    const isTopLevel = message.has(name) || this.#taken.has(name);
    if (!isTopLevel && this.#tallyOf(name)) this.#left.add(name);
    return isTopLevel;
  }

  /** Whether the message's value of this name is dropped. */
  isSources(name: string): boolean {
    return name === 'diaSourceId' || this.#decided.get(name) === false;
  }

  /** Counts rows of alerts with these names. */
  count(source: readonly string[], message: ReadonlySet<string>, rows: number): void {
    for (const name of message) {
      const tally = this.#tallyOf(name);
      if (tally) tally.topLevel += rows;
    }
    for (const name of source) {
      const tally = message.has(name) ? undefined : this.#tallyOf(name);
      if (tally) tally.sourceOnly += rows;
    }
  }

  /** @returns undefined if all rows are right; else the names to make them again with */
  decide(): TopLevelNames | undefined {
    if (this.#decided.size > 0) return undefined;
    const decided = new Map<string, boolean>();
    let wasRight = true;
    for (const [name, { topLevel, sourceOnly }] of this.#tallies) {
      if (sourceOnly === 0 || !this.#taken.has(name) || name === 'diaSourceId') continue;
      const is = topLevel > 0 && (LASAIRS.has(name) || topLevel > sourceOnly);
      decided.set(name, is);
      wasRight &&= is && !this.#left.has(name);
    }
    return wasRight ? undefined : new TopLevelNames(decided);
  }

  #tallyOf(name: string): Tally | undefined {
    let tally = this.#tallies.get(name);
    if (!tally && (KNOWN_COLUMNS.has(name) || this.#tallies.size < MOST_UNKNOWN)) {
      tally = { topLevel: 0, sourceOnly: 0 };
      this.#tallies.set(name, tally);
    }
    return tally;
  }
}
