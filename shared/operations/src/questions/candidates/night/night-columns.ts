import type { Fated, NightScore, PackedFlags } from '@lvra/ledger';

const FLAG_BITS = 65_536;
const THIRD = FLAG_BITS * FLAG_BITS;
/** How many thresholds there are: 22, 21, 20, 19, 18. */
const THRESHOLD_COUNT = 5;
/** In `first`: the flags are unknown. */
export const NO_FLAGS = 255;

/** In `change`. */
export const NOT_ASKED = Infinity;

/** Short texts that come again and again, by small numbers; 0 is none. */
export class Words {
  readonly all: (string | null)[] = [null];
  readonly #places = new Map<string, number>();

  placeOf(word: unknown): number {
    if (typeof word !== 'string') return 0;
    const known = this.#places.get(word);
    if (known !== undefined) return known;
    this.#places.set(word, this.all.length);
    return this.all.push(word) - 1;
  }

  /** Undefined if no row has the word. */
  find(word: string): number | undefined {
    return this.#places.get(word);
  }
}

/** NaN is unknown, and so is a source of 0. */
function columnsFor(rows: number) {
  return {
    id: new BigInt64Array(rows),
    object: new BigInt64Array(rows),
    source: new BigInt64Array(rows),
    stem: new Uint32Array(rows),
    version: new Uint16Array(rows),
    score: new Float64Array(rows),
    midpoint: new Float64Array(rows),
    ra: new Float64Array(rows),
    decl: new Float64Array(rows),
    flux: new Float64Array(rows),
    band: new Uint8Array(rows),
    /** n_gt22 and so on: how many sources of the object are brighter. */
    brighter22: new Uint16Array(rows),
    brighter21: new Uint16Array(rows),
    brighter20: new Uint16Array(rows),
    brighter19: new Uint16Array(rows),
    brighter18: new Uint16Array(rows),
    /** A bit for each of first22 to first18; NO_FLAGS if the flags are unknown. */
    first: new Uint8Array(rows),
    /** Against the object's score before, once it was asked for: see `NOT_ASKED`. */
    change: new Float64Array(rows),
    /** What became of it at Lasair, where that is settled; 0 if it was not asked for. */
    fate: new Uint8Array(rows),
  };
}

type Columns = ReturnType<typeof columnsFor>;

/** The scores of one VRA in one night: a row each, by column, with ids of 64 bits. */
export class NightColumns {
  readonly stems = new Words();
  readonly versions = new Words();
  readonly bands = new Words();
  /** The first stem, where the night has more scores than are kept. */
  beginsAt: string | undefined;
  /** Rows without an object or a finite score: the Python pipeline may leave such. */
  unusable = 0;
  #length = 0;
  #columns: Columns;

  /** @param expected how many rows there will be, about */
  constructor(expected: number) {
    this.#columns = columnsFor(Math.max(expected, 1));
  }

  get length(): number {
    return this.#length;
  }

  /** Only rows below `length` mean anything. Others are there after an `add`. */
  get columns(): Columns {
    return this.#columns;
  }

  get bytes(): number {
    return Object.values(this.#columns).reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Adds rows of some stems, with the flags of the stems' sources. */
  add(scores: readonly NightScore[], flags: readonly PackedFlags[]): void {
    const bySource = new Map(flags.map((each) => [each[0], each]));
    this.#makeRoomFor(scores.length);
    for (const score of scores) this.#addOne(score, score[2] === null ? undefined : bySource.get(score[2]));
  }

  /** The score of a row as its fate is asked for. */
  fatedAt(row: number): Fated {
    const { id, object, stem } = this.#columns;
    return {
      id: id[row] as bigint,
      diaObjectId: object[row] as bigint,
      stem: this.stems.all[stem[row] as number] as string,
    };
  }

  #addOne(
    [id, object, source, stem, score, version, midpoint, ra, decl, flux, band]: NightScore,
    flags: PackedFlags | undefined,
  ): void {
    if (typeof object !== 'bigint' || typeof score !== 'number' || !Number.isFinite(score)) {
      this.unusable++;
      return;
    }
    const row = this.#length++;
    const to = this.#columns;
    to.id[row] = id;
    to.object[row] = object;
    to.source[row] = typeof source === 'bigint' ? source : 0n;
    to.stem[row] = this.stems.placeOf(stem);
    to.version[row] = this.versions.placeOf(version);
    to.score[row] = score;
    to.midpoint[row] = numberOf(midpoint);
    to.ra[row] = numberOf(ra);
    to.decl[row] = numberOf(decl);
    to.flux[row] = numberOf(flux);
    to.band[row] = this.bands.placeOf(band);
    to.change[row] = NOT_ASKED;
    const [, brighter, rest] = flags ?? [];
    if (typeof brighter !== 'number' || typeof rest !== 'number') {
      to.first[row] = NO_FLAGS;
      return;
    }
    to.brighter22[row] = brighter % FLAG_BITS;
    to.brighter21[row] = (brighter / FLAG_BITS) % FLAG_BITS;
    to.brighter20[row] = brighter / THIRD;
    to.brighter19[row] = rest % FLAG_BITS;
    to.brighter18[row] = (rest / FLAG_BITS) % FLAG_BITS;
    to.first[row] = (rest / THIRD) % (1 << THRESHOLD_COUNT);
  }

  #makeRoomFor(more: number): void {
    const before = this.#columns;
    const needed = this.#length + more;
    if (needed <= before.id.length) return;
    const columns = columnsFor(Math.max(needed, Math.ceil(before.id.length * 1.25)));
    for (const name of Object.keys(columns) as (keyof Columns)[]) {
      // Both are of one type, which the compiler cannot see.
      (columns[name] as { set(from: unknown): void }).set(before[name].subarray(0, this.#length));
    }
    this.#columns = columns;
  }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
