import type { Browser } from 'playwright-core';
import { startChromium } from './browser/chromium.js';
import { crawl, type Found } from './crawl.js';
import type { Night } from './nights/nights.js';
import { type RunningConsole, startConsole } from './running-console.js';

/** A night, the console that shows it, and every page of it that links reach. */
export interface Shown {
  readonly night: Night;
  readonly console: RunningConsole;
  readonly address: string;
  /** Crawled once. */
  pages(): Promise<readonly Found[]>;
}

/** One browser and all nights for all tests: making them takes most of the time. */
export class World {
  readonly #ends: (() => Promise<void>)[] = [];
  readonly #nights = new Map<string, Promise<Shown>>();
  #browser: Promise<Browser> | undefined;

  browser(): Promise<Browser> {
    this.#browser ??= startChromium().then((browser) => {
      this.#ends.push(() => browser.close());
      return browser;
    });
    return this.#browser;
  }

  /** Shows a night, which is made the first time that it is asked for. */
  show(name: string, make: () => Promise<Night>): Promise<Shown> {
    const known = this.#nights.get(name) ?? this.#show(make);
    this.#nights.set(name, known);
    return known;
  }

  async #show(make: () => Promise<Night>): Promise<Shown> {
    const night = await make();
    this.#ends.push(() => night.remove());
    const console = await startConsole(night.environment);
    this.#ends.push(() => console.end());
    let crawled: Promise<Found[]> | undefined;
    const pages = () => {
      crawled ??= crawl(console.address);
      return crawled;
    };
    return { night, console, address: console.address, pages };
  }

  /** The newest first: a console before its night, and a ledger's server last. */
  async end(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
  }

  onEnd(end: () => Promise<void>): void {
    this.#ends.push(end);
  }
}
