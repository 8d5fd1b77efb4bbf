import type { Settings } from '@lvra/config';
import { type Look, openLook } from '@lvra/operations';
import { isOfLedger } from './problem.js';

type OpenLook = Awaited<ReturnType<typeof openLook>>;

/** After so long without a question the ledger is let go: while it is open, the last service cannot leave it as one file. */
const IDLE_MS = 10_000;

/** Keeps the ledger open between questions, and opens it anew when it was replaced, or after an error of it. */
export class LookKeeper {
  readonly #settings: Settings;
  readonly #idleMs: number;
  #open: Promise<OpenLook> | undefined;
  /** Questions that are being answered. */
  #asking = 0;
  #idle: NodeJS.Timeout | undefined;
  #openings = 0;

  constructor(settings: Settings, idleMs = IDLE_MS) {
    this.#settings = settings;
    this.#idleMs = idleMs;
  }

  /** @throws UsageError, or an error of the ledger, if it cannot be read now */
  async use<T>(read: (look: Look) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#asking++;
    if (!this.#open) {
      this.#openings++;
      this.#open = openLook(this.#settings);
    }
    const open = this.#open;
    try {
      return await read(await open);
    } catch (error) {
      if (this.#open === open && isOfLedger(error)) await this.close();
      throw error;
    } finally {
      this.#asking--;
      if (this.#asking === 0) this.#idle = setTimeout(() => void this.close(), this.#idleMs).unref();
    }
  }

  /** Changes whenever anybody has committed, and when the ledger was opened anew: who knows what happened in between. */
  version(): Promise<string> {
    return this.use(async ({ ledger }) => `${this.#openings}.${await ledger.version()}`);
  }

  /** Its next use opens it again. Questions that are being answered fail. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const open = this.#open;
    this.#open = undefined;
    // That it could not be opened was told to who asked.
    await (await open?.catch(() => undefined))?.close();
  }
}
