import { messageOf } from '@lvra/core';

/** What those who listen are told: that somebody has written, or that the ledger cannot be read now. */
export type News =
  | { readonly kind: 'change'; readonly version: string }
  | { readonly kind: 'rest'; readonly why: string };

type Listener = (news: News) => void;

const EVERY_MS = 250;
/** Opening a ledger is dearer than asking one that is open. */
const EVERY_MS_AT_REST = 1_000;

/** Asks whether anybody has written, as long as anybody listens. */
export class Watcher {
  readonly #version: () => Promise<string>;
  readonly #listeners = new Set<Listener>();
  #last: News | undefined;
  #isAsking = false;

  /** @param version of the ledger; another one after each commit of anybody */
  constructor(version: () => Promise<string>) {
    this.#version = version;
  }

  /** @param listener is told how it stands, and then of every change. @returns what ends that */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#isAsking) {
      if (this.#last) listener(this.#last);
    } else void this.#ask();
    return () => this.#listeners.delete(listener);
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    // How it stood when nobody listened is no news.
    this.#last = undefined;
    while (this.#listeners.size > 0) {
      const news = await this.#look();
      if (!isSame(news, this.#last)) {
        this.#last = news;
        for (const listener of this.#listeners) listener(news);
      }
      const wait = news.kind === 'rest' ? EVERY_MS_AT_REST : EVERY_MS;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    this.#isAsking = false;
  }

  async #look(): Promise<News> {
    try {
      return { kind: 'change', version: await this.#version() };
    } catch (error) {
      return { kind: 'rest', why: messageOf(error) };
    }
  }
}

function isSame(news: News, last: News | undefined): boolean {
  if (news.kind === 'change') return last?.kind === 'change' && last.version === news.version;
  return last?.kind === 'rest' && last.why === news.why;
}
