import { KNOWN_COLUMNS } from './field-types.js';

/** Names that Lasair's own tables share with Rubin's source: the filter's columns, wherever one message has them. */
const LASAIRS = new Set(['diaObjectId', 'ra', 'decl', 'raErr', 'decErr', 'ra_dec_Cov']);

/** How many unknown names are counted. */
const MOST_UNKNOWN = 2_000;

interface Tally {
  /** Rows whose message has the name. */
  topLevel: number;
  /** Rows whose source has it, and whose message has not. */
  sourceOnly: number;
}

/**
 * Which names of a batch stand at top level: the value of a source's field of such a name goes to `<name>_sourceId`, in
 * every row, also in those whose message lacks the name (another filter's, or the filter was edited in the night). So
 * the filter's columns never hold a source's values. The reference joins two tables and has it so.
 *
 * A name that is the source's alone at Lasair is top-level where most of the rows that could have it there do:
 * else one odd message would empty, say, psfFlux in the rows of all its neighbours. Its own value is left out then.
 * diaSourceId is the source's, whatever a message says.
 *
 * A batch is read once: names are taken as they come, and `decide` tells whether that was right.
 */
export class TopLevelNames {
  readonly #decided: ReadonlyMap<string, boolean>;
  readonly #tallies = new Map<string, Tally>();
  /** Names that were taken as top-level for some row, and as the source's for some row. */
  readonly #taken = new Set<string>();
  readonly #left = new Set<string>();

  constructor(decided: ReadonlyMap<string, boolean> = new Map()) {
    this.#decided = decided;
  }

  /** Takes the names of an alert's message, before those of its source are asked for. */
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

  /** Whether the message's value of this name is left out. */
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

  /** @returns undefined where all rows were made as they should be; else what to make them again by */
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
