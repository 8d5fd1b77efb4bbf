import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger, LedgerUnavailable } from '@lvra/ledger';
import { rowsIn, type Value } from '@lvra/ledger/testing/look-inside';
import { serverOf } from '@lvra/ledger/testing/postgres';
import { POSTGRES_PASSWORD, type Postgres } from '@lvra/test-servers/postgres';
import type { LedgerPlace } from './ledger-place.js';

/** How long a question may take: a host that hangs never answers. */
const ANSWERS_WITHIN_MS = 10_000;
/** How long one is asked again while no host takes writes. */
const ASKED_FOR_MS = 60_000;
const AGAIN_AFTER_MS = 200;

/** A database of the case's own on PostgreSQL; the services make its tables. */
export class PostgresPlace implements LedgerPlace {
  readonly environment: Readonly<Record<string, string>>;
  readonly #address: string;
  #ledger: Promise<Ledger> | undefined;

  private constructor(address: string) {
    this.#address = address;
    this.environment = { LVRA_LEDGER: address, LVRA_LEDGER_PASSWORD: POSTGRES_PASSWORD };
  }

  static async make(postgres: Postgres, database: string): Promise<PostgresPlace> {
    await postgres.createDatabase(database);
    return new PostgresPlace(postgres.address(database));
  }

  async rows(sql: string, values: readonly Value[]): Promise<Record<string, unknown>[]> {
    const deadline = performance.now() + ASKED_FOR_MS;
    for (;;) {
      const answer = this.#ask(sql, values);
      const late = new AbortController();
      const noAnswer = sleep(ANSWERS_WITHIN_MS, 'late' as const, { signal: late.signal });
      noAnswer.catch(() => {});
      try {
        const first = await Promise.race([answer, noAnswer]);
        if (first !== 'late') return first;
        answer.catch(() => {});
        // Its connections end with the server: closing them would wait for an answer too.
        this.#ledger = undefined;
      } catch (error) {
        if (!isAway(error) || performance.now() > deadline) throw error;
      } finally {
        late.abort();
      }
      await sleep(AGAIN_AFTER_MS);
    }
  }

  async forget(): Promise<void> {
    const open = this.#ledger;
    this.#ledger = undefined;
    await (await open)?.close();
  }

  async #ask(sql: string, values: readonly Value[]): Promise<Record<string, unknown>[]> {
    this.#ledger ??= Ledger.open(serverOf(this.#address), [], { create: false });
    const opening = this.#ledger;
    try {
      await opening;
    } catch (error) {
      if (this.#ledger === opening) this.#ledger = undefined;
      throw error;
    }
    return rowsIn(await opening, sql, ...values);
  }
}

/** A case may have taken the server away. */
function isAway(error: unknown): boolean {
  return error instanceof LedgerUnavailable || (error as Error).cause instanceof LedgerUnavailable;
}
