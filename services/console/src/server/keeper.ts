import type { Settings } from '@lvra/config';
import { type Look, openLook } from '@lvra/operations';
import { isOfLedger } from './problem.js';

type OpenLook = Awaited<ReturnType<typeof openLook>>;

/** Keeps the ledger open between requests, and opens it anew after an error of it. */
export class LookKeeper {
  readonly #settings: Settings;
  #open: Promise<OpenLook> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @throws UsageError, or an error of the ledger, if it cannot be read now */
  async use<T>(read: (look: Look) => Promise<T>): Promise<T> {
    this.#open ??= openLook(this.#settings);
    const open = this.#open;
    try {
      return await read(await open);
    } catch (error) {
      if (this.#open === open && isOfLedger(error)) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    // That it could not be opened was told to who asked.
    await (await open?.catch(() => undefined))?.close();
  }
}
