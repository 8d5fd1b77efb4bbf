import { setImmediate as othersGoOn } from 'node:timers/promises';
import type { Ledger, NightScore } from '@lvra/ledger';
import type { NightSpan } from '../../../night-span.js';
import { NightColumns } from './night-columns.js';

/** Rows that a query reads at most, about: some 10 ms. With more of them, the garbage collector copies what is about to go. */
const ROWS_AT_ONCE = 2_000;
/** IDs that are looked through at once for new rows. */
const IDS_AT_ONCE = 20_000;
/** What a stem of the Python pipeline is taken for. */
const ALERTS_UNKNOWN = 1_000;
/** Of a night with more scores the last ones are kept: 50 MB. */
const MOST_ROWS = 500_000;
/** What nights may take in memory together, the one that is looked at aside. */
const MOST_BYTES = 30_000_000;

/** A night in memory; it is brought up to date whenever it is looked at. */
class LoadedNight {
  readonly #mostRows: number;
  #columns: NightColumns | undefined;
  /** Scores up to this ID are there. */
  seen = 0n;
  /** Of the first stem that is kept. */
  #from = '';
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly all: LoadedNights,
    readonly vra: string,
    readonly span: NightSpan,
    mostRows: number,
  ) {
    this.#mostRows = mostRows;
  }

  get ledger(): Ledger {
    return this.all.ledger;
  }

  get bytes(): number {
    return this.#columns?.bytes ?? 0;
  }

  /** With every score that is committed now. */
  current(): Promise<NightColumns> {
    const current = this.#turn.then(() => this.#read());
    // Who asked is told of an error; the next one tries again.
    this.#turn = current.catch(() => {});
    return current;
  }

  async #read(): Promise<NightColumns> {
    const last = await this.ledger.nights.lastId();
    if (this.#columns !== undefined && !this.#mustLoad(this.#columns, last)) await this.#grow(this.#columns, last);
    else this.#columns = await this.#load(last);
    this.seen = last;
    return this.#columns;
  }

  /** Where scores were removed their IDs come again; and a night that has grown too large begins later. */
  #mustLoad({ length }: NightColumns, last: bigint): boolean {
    return last < this.seen || length > this.#mostRows * 1.2;
  }

  async #load(last: bigint): Promise<NightColumns> {
    const { nights } = this.ledger;
    const all = await nights.stems(this.span);
    const stems = lastOf(all, this.#mostRows);
    const columns = new NightColumns(stems.reduce((sum, { alerts }) => sum + (alerts ?? 0), 0));
    this.#from = this.span.from;
    if (stems.length < all.length) columns.beginsAt = this.#from = stems[0]?.stem ?? this.span.before;
    for (let at = 0; at < stems.length; ) {
      const some: string[] = [];
      for (let rows = 0; at < stems.length && rows < ROWS_AT_ONCE; at++) {
        const { stem, alerts } = stems[at] as (typeof stems)[number];
        some.push(stem);
        rows += alerts ?? ALERTS_UNKNOWN;
      }
      await this.#add(columns, await nights.ofStems(this.vra, some, last), some);
    }
    return columns;
  }

  async #grow(columns: NightColumns, last: bigint): Promise<void> {
    for (let after = this.seen; after < last; ) {
      const end = after + BigInt(IDS_AT_ONCE) < last ? after + BigInt(IDS_AT_ONCE) : last;
      const rows = await this.ledger.nights.after(this.vra, { from: this.#from, before: this.span.before }, after, end);
      await this.#add(columns, rows, [...new Set(rows.map((row) => row[3]))]);
      after = end;
      this.seen = end;
    }
  }

  async #add(columns: NightColumns, rows: readonly NightScore[], stems: readonly string[]): Promise<void> {
    if (rows.length > 0) columns.add(rows, await this.ledger.nights.flags(stems));
    await othersGoOn();
  }
}

/** The last stems, which have so many alerts together at most; one at least. */
function lastOf<Stem extends { readonly alerts: number | undefined }>(
  stems: readonly Stem[],
  most: number,
): readonly Stem[] {
  let alerts = 0;
  const first = stems.findLastIndex((stem) => {
    alerts += stem.alerts ?? ALERTS_UNKNOWN;
    return alerts > most;
  });
  return stems.slice(Math.min(first + 1, stems.length - 1));
}

/** The nights of a ledger that were looked at last. */
export class LoadedNights {
  /** As it was opened last. */
  ledger: Ledger;
  /** The one that was looked at last is the last. */
  readonly #nights = new Map<string, LoadedNight>();

  readonly #mostRows: number;

  readonly #mostBytes: number;

  /** @param mostRows of a night that are kept, about */
  constructor(ledger: Ledger, { mostRows = MOST_ROWS, mostBytes = MOST_BYTES } = {}) {
    this.ledger = ledger;
    this.#mostRows = mostRows;
    this.#mostBytes = mostBytes;
  }

  /** All scores of a VRA in a night, as of now. */
  async of(vra: string, span: NightSpan): Promise<NightColumns> {
    const key = `${vra}/${span.name}`;
    const known = this.#nights.get(key);
    // Before another one comes, so that their bytes are never there together.
    if (!known) this.#makeRoom((this.#mostBytes * 2) / 3, 0);
    const night = known ?? new LoadedNight(this, vra, span, this.#mostRows);
    this.#nights.delete(key);
    this.#nights.set(key, night);
    const columns = await night.current();
    this.#makeRoom(this.#mostBytes, 1);
    return columns;
  }

  /** Forgets what it has, where rows are found to be gone. */
  clear(): void {
    this.#nights.clear();
  }

  /** Of the nights together. */
  get bytes(): number {
    return [...this.#nights.values()].reduce((sum, night) => sum + night.bytes, 0);
  }

  /** Forgets those that were looked at longest ago, but for the last `kept`. */
  #makeRoom(most: number, kept: number): void {
    for (const key of [...this.#nights.keys()].slice(0, this.#nights.size - kept)) {
      if (this.bytes <= most) return;
      this.#nights.delete(key);
    }
  }
}

const LOADED = new WeakMap<Ledger, LoadedNights>();

/** What was loaded of a ledger is of use where it was opened again. */
export function keepNights(before: Ledger, again: Ledger): void {
  const loaded = LOADED.get(before);
  if (!loaded || !again.isSameAs(before)) return;
  loaded.ledger = again;
  LOADED.set(again, loaded);
}

/** The nights of an open ledger; they go with it. */
export function loadedNights(ledger: Ledger): LoadedNights {
  const loaded = LOADED.get(ledger) ?? new LoadedNights(ledger);
  LOADED.set(ledger, loaded);
  return loaded;
}
