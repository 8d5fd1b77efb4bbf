import { setImmediate as othersGoOn } from 'node:timers/promises';
import type { Ledger, NightScore } from '@lvra/ledger';
import type { NightSpan } from '../../../night-span.js';
import { NightColumns } from './night-columns.js';

/** Rows that a query reads at most, about: some 20 ms. */
const ROWS_AT_ONCE = 5_000;
/** IDs that are looked through at once for new rows. */
const IDS_AT_ONCE = 20_000;
/** What a stem of the Python pipeline is taken for. */
const ALERTS_UNKNOWN = 1_000;
/** What nights may take in memory together, the one that is looked at aside. */
const MOST_BYTES = 36_000_000;

/** A night in memory; it is brought up to date whenever it is looked at. */
class LoadedNight {
  #columns: NightColumns | undefined;
  /** Scores up to this ID are there. */
  seen = 0n;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly ledger: Ledger,
    readonly vra: string,
    readonly span: NightSpan,
  ) {}

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
    // Where scores were removed their IDs come again.
    if (this.#columns === undefined || last < this.seen) this.#columns = await this.#load(last);
    else await this.#grow(this.#columns, last);
    this.seen = last;
    return this.#columns;
  }

  async #load(last: bigint): Promise<NightColumns> {
    const { nights } = this.ledger;
    const stems = await nights.stems(this.span);
    const columns = new NightColumns(stems.reduce((sum, { alerts }) => sum + (alerts ?? 0), 0));
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
      const rows = await this.ledger.nights.after(this.vra, this.span, after, end);
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

/** The nights of a ledger that were looked at last. */
export class LoadedNights {
  readonly #ledger: Ledger;
  /** The one that was looked at last is the last. */
  readonly #nights = new Map<string, LoadedNight>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** All scores of a VRA in a night, as of now. */
  async of(vra: string, span: NightSpan): Promise<NightColumns> {
    const key = `${vra}/${span.name}`;
    const night = this.#nights.get(key) ?? new LoadedNight(this.#ledger, vra, span);
    this.#nights.delete(key);
    this.#nights.set(key, night);
    const columns = await night.current();
    this.#makeRoom();
    return columns;
  }

  /** Forgets what it has, where rows are found to be gone. */
  clear(): void {
    this.#nights.clear();
  }

  #makeRoom(): void {
    let bytes = [...this.#nights.values()].reduce((sum, night) => sum + night.bytes, 0);
    for (const [key, night] of this.#nights) {
      if (bytes <= MOST_BYTES || this.#nights.size === 1) return;
      bytes -= night.bytes;
      this.#nights.delete(key);
    }
  }
}

const LOADED = new WeakMap<Ledger, LoadedNights>();

/** The nights of an open ledger; they go with it. */
export function loadedNights(ledger: Ledger): LoadedNights {
  const loaded = LOADED.get(ledger) ?? new LoadedNights(ledger);
  LOADED.set(ledger, loaded);
  return loaded;
}
