import type { Settings } from '@lvra/config';
import { Ledger } from '@lvra/ledger';
import { type Look, openLook } from '@lvra/operations';
import { isOfLedger } from './errors.js';

/** After so long without a question the ledger is let go: while it is open, the last service cannot leave it as one file. */
const IDLE_MS = 10_000;

interface Held {
  readonly open: ReturnType<typeof openLook>;
  /** Questions that are being answered. */
  asking: number;
}

/** The version that a ledger had when it was let go, and how its files were. */
interface Rest {
  readonly version: string;
  readonly trace: string;
}

/** Keeps the ledger open between questions, and opens it anew when it was replaced, or after an error of it. */
export class LookKeeper {
  readonly #settings: Settings;
  readonly #idleMs: number;
  #held: Held | undefined;
  /** The one that was opened last. */
  #last: Look | undefined;
  #rest: Rest | undefined;
  #idle: NodeJS.Timeout | undefined;
  #openings = 0;

  constructor(settings: Settings, idleMs = IDLE_MS) {
    this.#settings = settings;
    this.#idleMs = idleMs;
  }

  /** @throws an error of the ledger, if it cannot be read now */
  async use<T>(read: (look: Look) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    try {
      return await this.#ask(read);
    } finally {
      this.#idle = setTimeout(() => void this.#letRest(), this.#idleMs).unref();
    }
  }

  /**
   * Changes whenever anybody has committed, and when the ledger was opened anew: who knows what happened in between. Who
   * asks for nothing else does not keep the ledger open: its files say whether anybody has written.
   *
   * @throws an error of the ledger, if it cannot be read now
   */
  async version(): Promise<string> {
    const { ledger } = this.#settings;
    const ask = (look: Look) => this.#versionIn(look);
    // On a server it is in nobody's way.
    if (typeof ledger !== 'string') return this.use(ask);
    if (this.#held) return this.#ask(ask);
    return this.#rest && Ledger.traceOf(ledger) === this.#rest.trace ? this.#rest.version : this.use(ask);
  }

  /** Its next use opens it again. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const held = this.#held;
    this.#held = undefined;
    if (held?.asking === 0) await end(held);
  }

  async #ask<T>(read: (look: Look) => Promise<T>): Promise<T> {
    this.#held ??= this.#open();
    const held = this.#held;
    held.asking++;
    try {
      return await read(await held.open);
    } catch (error) {
      if (this.#held === held && isOfLedger(error)) this.#held = undefined;
      throw error;
    } finally {
      held.asking--;
      if (held.asking === 0 && this.#held !== held) await end(held);
    }
  }

  #open(): Held {
    this.#openings++;
    const held: Held = { open: openLook(this.#settings, this.#last), asking: 0 };
    void held.open.then(
      (look) => {
        this.#last = look;
      },
      () => {
        if (this.#held === held) this.#held = undefined;
      },
    );
    return held;
  }

  async #letRest(): Promise<void> {
    try {
      this.#rest = this.#held && (await this.#asItIs());
    } catch {
      // The next question meets the same error, and has somebody to tell.
      this.#rest = undefined;
    }
    await this.close();
  }

  async #asItIs(): Promise<Rest | undefined> {
    // Before the version: what is committed between the two is found by the trace.
    const trace = Ledger.traceOf(this.#settings.ledger);
    return trace === undefined ? undefined : { trace, version: await this.#ask((look) => this.#versionIn(look)) };
  }

  async #versionIn({ ledger }: Look): Promise<string> {
    return `${this.#openings}.${await ledger.version()}`;
  }
}

async function end({ open }: Held): Promise<void> {
  // That it could not be opened was told to who asked.
  await (await open.catch(() => undefined))?.close();
}
