import type { Look } from '@lvra/operations';

/** On a server, transactions of the same moment may appear in another order than that of their IDs. */
const LOOKED_BACK = 200n;
const MOST_AT_ONCE = 5_000;

/** The stems to which something has happened since the last question, by the IDs of the ledger's events. */
export class LedgerTail {
  #last: bigint | undefined;
  /** Events behind the point from which the next question looks. */
  #known = new Set<bigint>();

  /** The first question only notes how far the ledger is: what was before is nobody's news. */
  async next({ ledger }: Pick<Look, 'ledger'>): Promise<string[]> {
    const last = await ledger.events.last();
    // After a restore of a backup the IDs begin again where the backup ended.
    if (this.#last === undefined || last < this.#last) {
      this.#known = new Set(await this.#idsBehind(ledger, last - LOOKED_BACK));
      this.#last = last;
      return [];
    }
    const stems = new Set<string>();
    for (;;) {
      const events = await ledger.events.after(this.#last - LOOKED_BACK, MOST_AT_ONCE);
      for (const { id, stem } of events) if (!this.#known.has(id)) stems.add(stem);
      this.#last = events.at(-1)?.id ?? this.#last;
      const from = this.#last - LOOKED_BACK;
      this.#known = new Set(events.map(({ id }) => id).filter((id) => id > from));
      if (events.length < MOST_AT_ONCE) return [...stems];
    }
  }

  async #idsBehind(ledger: Look['ledger'], id: bigint): Promise<bigint[]> {
    return (await ledger.events.after(id, MOST_AT_ONCE)).map((event) => event.id);
  }
}
