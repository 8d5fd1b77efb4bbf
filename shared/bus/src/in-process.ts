import type { Route } from '@lvra/core';
import type { Bus, Delivery, StemMessage, Subscription } from './bus.js';

/** The bus of embedded mode: one process, nothing stored; the sweep finds what is lost when the process ends. */
export class InProcessBus implements Bus {
  readonly #queues = new Map<string, Queue>();

  publish(subject: string, _message: StemMessage): Promise<void> {
    for (const queue of this.#queues.values()) {
      if (matches(queue.filter, subject)) queue.push(subject);
    }
    return Promise.resolve();
  }

  subscribe(route: Route): Promise<Subscription> {
    let queue = this.#queues.get(route.durable);
    if (!queue) {
      queue = new Queue(route.filter);
      this.#queues.set(route.durable, queue);
    }
    return Promise.resolve(queue);
  }

  problem(): undefined {
    return undefined;
  }

  depth(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    this.#queues.clear();
    return Promise.resolve();
  }
}

/** True if a subject matches a filter in which `*` stands for one token. */
function matches(filter: string, subject: string): boolean {
  const wanted = filter.split('.');
  const tokens = subject.split('.');
  return wanted.length === tokens.length && wanted.every((token, i) => token === '*' || token === tokens[i]);
}

class Queue implements Subscription {
  readonly #subjects: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(readonly filter: string) {}

  push(subject: string): void {
    this.#subjects.push(subject);
    for (const wake of this.#waiting) wake();
  }

  async next(waitMs: number, signal: AbortSignal): Promise<Delivery | undefined> {
    if (this.#subjects.length === 0 && !signal.aborted) await this.#arrival(waitMs, signal);
    const subject = signal.aborted ? undefined : this.#subjects.shift();
    if (subject === undefined) return undefined;
    return { subject, ack() {}, working() {}, nak: () => this.push(subject) };
  }

  #arrival(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  close(): Promise<void> {
    for (const wake of this.#waiting) wake();
    return Promise.resolve();
  }
}
